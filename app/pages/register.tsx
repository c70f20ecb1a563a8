import { Link } from "@remix-run/react"
import type { RefusedForm } from "../http/submission.server"
import { Card } from "../ui/card"
import { Field, PasswordField } from "../ui/field"
import { Form } from "../ui/form"
import { SubmitButton } from "../ui/submit-button"

const labels = {
	username: "User name",
	email: "E-mail address",
	password: "Password",
	confirm_password: "Repeat the password",
}

export function RegisterPage(props: {
	redirect_to: string | null
	min_password_length: number
	verification: boolean
	refused?: RefusedForm
}) {
	const { redirect_to, min_password_length, verification, refused } = props
	const redirectTo = refused?.typed.redirect_to ?? redirect_to
	return (
		<Card title="Create an account" footer={<LoginLink redirectTo={redirectTo} />}>
			<Form id="register" refused={refused} redirectTo={redirectTo} labels={labels}>
				<Field
					name="username"
					label={labels.username}
					hint="Others can see it."
					autoComplete="username"
					autoCapitalize="none"
					autoCorrect="off"
					spellCheck={false}
				/>
				<Field
					name="email"
					type="email"
					label={labels.email}
					hint={verification ? "We send a link there to confirm it." : undefined}
					autoComplete="email"
				/>
				<PasswordField
					name="password"
					label={labels.password}
					hint={`At least ${min_password_length} characters. A few unrelated words are easy to remember.`}
					autoComplete="new-password"
				/>
				<PasswordField name="confirm_password" label={labels.confirm_password} autoComplete="new-password" />
				<SubmitButton pending="Creating your account …">Create account</SubmitButton>
			</Form>
		</Card>
	)
}

function LoginLink({ redirectTo }: { redirectTo: string | null }) {
	const query = redirectTo ? `?${new URLSearchParams({ redirect_to: redirectTo })}` : ""
	return (
		<>
			Have one already? <Link to={`/login${query}`}>Sign in</Link>
		</>
	)
}
