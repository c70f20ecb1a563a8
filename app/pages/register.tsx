import { Link } from "@remix-run/react"
import type { ShownCaptcha } from "../http/captcha.server"
import type { FieldDescription } from "../http/form-description.server"
import type { RefusedForm } from "../http/submission.server"
import { Captcha } from "../ui/captcha"
import { Card } from "../ui/card"
import { DescribedField, keyHintAt, labelsOf } from "../ui/described-field"
import { Field, verbatim } from "../ui/field"
import { Form } from "../ui/form"
import { NewPassword } from "../ui/password-field"
import { useUsernameCheck } from "../ui/registration-check"
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
	max_password_length: number
	/** Not told to programs. */
	username_length?: { minLength: number; maxLength: number }
	verification: boolean
	/** Whether somebody can register, or only look at the form. */
	open: boolean
	fields: FieldDescription[]
	captcha: ShownCaptcha | null
	refused?: RefusedForm
}) {
	const { redirect_to, username_length, verification, open, fields, captcha, refused } = props
	const length = { min: props.min_password_length, max: props.max_password_length }
	const own = fields.filter(({ name }) => !Object.hasOwn(labels, name))
	const isRepeated = fields.some(({ name }) => name === "confirm_password")
	const redirectTo = refused?.typed.redirect_to ?? redirect_to
	const usernameCheck = useUsernameCheck()
	const { minLength, maxLength } = username_length ?? {}
	const nameRule = minLength && maxLength ? `${minLength} to ${maxLength} characters. ` : ""
	return (
		<Card
			title="Create an account"
			lead={open ? undefined : "Registration is closed. This form is only an example."}
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
					hint={`${nameRule}Others can see it.`}
					autoComplete="username"
					{...verbatim}
					{...usernameCheck}
				/>
				<Field
					name="email"
					type="email"
					label={labels.email}
					hint={verification ? "We'll send a link there to confirm it." : undefined}
					autoComplete="email"
				/>
				<NewPassword
					label={labels.password}
					repeatLabel={isRepeated ? labels.confirm_password : undefined}
					length={length}
					judged
					enterKeyHint={keyHintAt(-1, own, "go")}
				/>
				{own.map((field, index) => (
					<DescribedField key={field.name} field={field} enterKeyHint={keyHintAt(index, own, "go")} />
				))}
				<Captcha captcha={captcha} />
				<SubmitButton pending="Creating…">Create account</SubmitButton>
			</Form>
		</Card>
	)
}

function LoginLink({ redirectTo }: { redirectTo: string | null }) {
	const query = redirectTo ? `?${new URLSearchParams({ redirect_to: redirectTo })}` : ""
	return (
		<>
			Already have an account? <Link to={`/login${query}`}>Sign in</Link>
		</>
	)
}
