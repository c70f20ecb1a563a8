import { Link } from "@remix-run/react"
import type { RefusedForm } from "../http/submission.server"
import { Card } from "../ui/card"
import { Field, HiddenUsername } from "../ui/field"
import { Form } from "../ui/form"
import { PasswordField } from "../ui/password-field"
import { SubmitButton } from "../ui/submit-button"
import { Time } from "../ui/time"

const labels = { email: "New address", current_password: "Current password" }

type PendingEmail = { email: string; expires_at: string }

export function EmailChangePage(props: {
	/** Not told to programs. */
	username?: string
	email: string
	pending: PendingEmail | null
	refused?: RefusedForm
}) {
	const { username, email, pending, refused } = props
	return (
		<Card
			title="Change your e-mail address"
			lead={
				<>
					Now <strong>{email}</strong>. It stays until you open the link that we send to the new one.
				</>
			}
			footer={<Link to="/account">Back to your account</Link>}
		>
			{pending && (
				<p className="hint">
					<strong>{pending.email}</strong> waits to be confirmed, until{" "}
					<Time iso={pending.expires_at} withClock />. Another request takes its place.
				</p>
			)}
			<Form id="email-change" refused={refused} labels={labels}>
				<HiddenUsername value={username} />
				<Field name="email" type="email" label={labels.email} autoComplete="email" />
				<PasswordField
					name="current_password"
					label={labels.current_password}
					autoComplete="current-password"
					enterKeyHint="go"
				/>
				<SubmitButton pending="Sending…">Send the link</SubmitButton>
			</Form>
		</Card>
	)
}
