import { Link } from "@remix-run/react"
import type { RefusedForm } from "../http/submission.server"
import { Card } from "../ui/card"
import { Checkbox, Field, PasswordField } from "../ui/field"
import { Form } from "../ui/form"
import { SubmitButton } from "../ui/submit-button"

const labels = { username: "User name or e-mail", password: "Password" }

type LoginPageProps = {
	redirect_to: string | null
	password_reset: boolean
	registration: boolean
	refused?: RefusedForm
	action?: string
}

export function LoginPage(props: LoginPageProps) {
	const { redirect_to, password_reset, registration, refused, action } = props
	const redirectTo = refused?.typed.redirect_to ?? redirect_to
	const needsLink = refused?.problem.code === "not_verified"
	return (
		<Card title="Sign in" footer={registration && <RegisterLink redirectTo={redirectTo} />}>
			<Form
				id="login"
				refused={refused}
				action={action}
				redirectTo={redirectTo}
				labels={labels}
				help={
					needsLink && (
						<p>
							No mail? <Link to="/verify/resend">Get a new link</Link>
						</p>
					)
				}
			>
				<Field
					name="username"
					label={labels.username}
					autoComplete="username"
					autoCapitalize="none"
					autoCorrect="off"
					spellCheck={false}
				/>
				<PasswordField
					name="password"
					label={labels.password}
					aside={password_reset && <Link to="/forgot-password">Forgot it?</Link>}
					autoComplete="current-password"
				/>
				<Checkbox name="remember" label="Keep me signed in on this device" />
				<SubmitButton pending="Signing in …">Sign in</SubmitButton>
			</Form>
		</Card>
	)
}

function RegisterLink({ redirectTo }: { redirectTo: string | null }) {
	const query = redirectTo ? `?${new URLSearchParams({ redirect_to: redirectTo })}` : ""
	return (
		<>
			New here? <Link to={`/register${query}`}>Create an account</Link>
		</>
	)
}
