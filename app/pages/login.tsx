import { Form, Link } from "@remix-run/react"
import type { RefusedForm } from "../http/submission.server"
import { Card } from "../ui/card"
import { Checkbox, Field, PasswordField } from "../ui/field"
import { FormError } from "../ui/form-error"
import { SubmitButton } from "../ui/submit-button"

const labels = { username: "User name or e-mail", password: "Password" }

export function LoginPage({
	redirect_to,
	refused,
}: {
	redirect_to: string | null
	refused: RefusedForm | undefined
}) {
	const redirectTo = refused?.typed.redirect_to ?? redirect_to
	const errors = refused?.problem.errors
	return (
		<Card title="Sign in" footer={<RegisterLink redirectTo={redirectTo} />}>
			<FormError problem={refused?.problem} labels={labels}>
				{refused?.problem.code === "not_verified" && (
					<p>
						No mail? <Link to="/verify/resend">Get a new link</Link>
					</p>
				)}
			</FormError>
			<Form method="post" noValidate>
				{redirectTo && <input type="hidden" name="redirect_to" value={redirectTo} />}
				<Field
					name="username"
					label={labels.username}
					autoComplete="username"
					autoCapitalize="none"
					autoCorrect="off"
					spellCheck={false}
					defaultValue={refused?.typed.username}
					errors={errors?.username}
				/>
				<PasswordField
					name="password"
					label={labels.password}
					autoComplete="current-password"
					errors={errors?.password}
				/>
				<Checkbox
					name="remember"
					label="Keep me signed in on this device"
					defaultChecked={refused?.typed.remember === "on"}
				/>
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
