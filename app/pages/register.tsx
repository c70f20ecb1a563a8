import { Form, Link } from "@remix-run/react"
import type { RefusedForm } from "../http/submission.server"
import { Card } from "../ui/card"
import { Field, PasswordField } from "../ui/field"
import { FormError } from "../ui/form-error"
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
	refused: RefusedForm | undefined
}) {
	const { redirect_to, min_password_length, verification, refused } = props
	const redirectTo = refused?.typed.redirect_to ?? redirect_to
	const errors = refused?.problem.errors
	return (
		<Card
			title="Create an account"
			footer={
				<>
					Have one already?{" "}
					<Link to={`/login${redirectTo ? `?${new URLSearchParams({ redirect_to: redirectTo })}` : ""}`}>
						Sign in
					</Link>
				</>
			}
		>
			<FormError problem={refused?.problem} labels={labels} />
			<Form method="post" noValidate>
				{redirectTo && <input type="hidden" name="redirect_to" value={redirectTo} />}
				<Field
					name="username"
					label={labels.username}
					hint="Others can see it."
					autoComplete="username"
					autoCapitalize="none"
					autoCorrect="off"
					spellCheck={false}
					defaultValue={refused?.typed.username}
					errors={errors?.username}
				/>
				<Field
					name="email"
					type="email"
					label={labels.email}
					hint={verification ? "We send a link there to confirm it." : undefined}
					autoComplete="email"
					defaultValue={refused?.typed.email}
					errors={errors?.email}
				/>
				<PasswordField
					name="password"
					label={labels.password}
					hint={`At least ${min_password_length} characters. A few unrelated words are easy to remember.`}
					autoComplete="new-password"
					errors={errors?.password}
				/>
				<PasswordField
					name="confirm_password"
					label={labels.confirm_password}
					autoComplete="new-password"
					errors={errors?.confirm_password}
				/>
				<SubmitButton pending="Creating your account …">Create account</SubmitButton>
			</Form>
		</Card>
	)
}
