import { Link } from "@remix-run/react"
import type { RefusedForm } from "../http/submission.server"
import { Card } from "../ui/card"
import { HiddenUsername } from "../ui/field"
import { Form } from "../ui/form"
import { NewPassword, PasswordField } from "../ui/password-field"
import { SubmitButton } from "../ui/submit-button"

const labels = {
	current_password: "Current password",
	password: "New password",
	confirm_password: "Repeat the new password",
}

type PasswordChangeProps = {
	username: string
	/** Whether anyone who forgot it can choose a new one. Not told to programs. */
	password_reset?: boolean
	min_password_length: number
	max_password_length: number
	refused?: RefusedForm
}

export function PasswordChangePage({ username, password_reset, refused, ...limits }: PasswordChangeProps) {
	const length = { min: limits.min_password_length, max: limits.max_password_length }
	return (
		<Card
			title="Change your password"
			lead="You'll stay signed in here. Every other device will be signed out."
			footer={<Link to="/account">Back to your account</Link>}
		>
			<Form id="password-change" refused={refused} labels={labels}>
				<HiddenUsername value={username} />
				<PasswordField
					name="current_password"
					label={labels.current_password}
					aside={password_reset && <Link to="/forgot-password">Forgot it?</Link>}
					autoComplete="current-password"
				/>
				<NewPassword
					label={labels.password}
					repeatLabel={labels.confirm_password}
					length={length}
					enterKeyHint="done"
				/>
				<SubmitButton pending="Changing…">Change password</SubmitButton>
			</Form>
		</Card>
	)
}
