import { Link } from "@remix-run/react"
import type { ShownCaptcha } from "../http/captcha.server"
import type { FieldDescription } from "../http/form-description.server"
import type { RefusedForm } from "../http/submission.server"
import { Captcha } from "../ui/captcha"
import { Card } from "../ui/card"
import { DescribedField, labelsOf } from "../ui/described-field"
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
	/** Whether somebody can register, or only look at the form. */
	open: boolean
	fields: FieldDescription[]
	captcha: ShownCaptcha | null
	refused?: RefusedForm
}) {
	const { redirect_to, min_password_length, verification, open, fields, captcha, refused } = props
	const own = fields.filter(({ name }) => !Object.hasOwn(labels, name))
	const isRepeated = fields.some(({ name }) => name === "confirm_password")
	const redirectTo = refused?.typed.redirect_to ?? redirect_to
	return (
		<Card
			title="Create an account"
			lead={open ? undefined : "This form is only shown: nobody can register here."}
			footer={<LoginLink redirectTo={redirectTo} />}
		>
			<Form
				id="register"
				refused={refused}
				redirectTo={redirectTo}
				labels={{ ...labels, ...labelsOf(own) }}
				disabled={!open}
			>
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
					hint={verification ? "We'll send a link there to confirm it." : undefined}
					autoComplete="email"
				/>
				<PasswordField
					name="password"
					label={labels.password}
					hint={`At least ${min_password_length} characters. A few unrelated words are easy to remember.`}
					autoComplete="new-password"
				/>
				{isRepeated && (
					<PasswordField
						name="confirm_password"
						label={labels.confirm_password}
						autoComplete="new-password"
					/>
				)}
				{own.map((field) => (
					<DescribedField key={field.name} field={field} />
				))}
				<Captcha captcha={captcha} />
				<SubmitButton pending="Creating your account…">Create account</SubmitButton>
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
