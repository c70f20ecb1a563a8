import { Link } from "@remix-run/react"
import type { ShownCaptcha } from "../http/captcha.server"
import type { RefusedForm } from "../http/submission.server"
import { Captcha } from "../ui/captcha"
import { Card } from "../ui/card"
import { Field, verbatim } from "../ui/field"
import { Form } from "../ui/form"
import { SubmitButton } from "../ui/submit-button"

const labels = { email: "User name or e-mail" }

export function ForgotPasswordPage({
	captcha,
	refused,
}: {
	captcha: ShownCaptcha | null
	refused?: RefusedForm
}) {
	return (
		<Card
			title="Forgot your password?"
			lead="We'll e-mail you a link to choose a new one."
			footer={<Link to="/login">Back to sign in</Link>}
		>
			<Form id="forgot-password" refused={refused} labels={labels}>
				<Field
					name="email"
					label={labels.email}
					autoComplete="username"
					inputMode="email"
					enterKeyHint="send"
					{...verbatim}
				/>
				<Captcha captcha={captcha} />
				<SubmitButton pending="Sending…">Send the link</SubmitButton>
			</Form>
		</Card>
	)
}
