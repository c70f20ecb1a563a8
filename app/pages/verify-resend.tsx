import { Link } from "@remix-run/react"
import type { ShownCaptcha } from "../http/captcha.server"
import type { RefusedForm } from "../http/submission.server"
import { Captcha } from "../ui/captcha"
import { Card } from "../ui/card"
import { Field } from "../ui/field"
import { Form } from "../ui/form"
import { SubmitButton } from "../ui/submit-button"

const labels = { email: "E-mail address" }

type VerifyResendPageProps = {
	redirect_to?: string
	captcha: ShownCaptcha | null
	refused?: RefusedForm
}

export function VerifyResendPage({ redirect_to, captcha, refused }: VerifyResendPageProps) {
	const { registration } = refused?.typed ?? {}
	return (
		<Card
			title="Get a new link"
			lead="We'll e-mail you a new link to confirm your address."
			footer={<Link to="/login">Back to sign in</Link>}
		>
			<Form id="resend" refused={refused} redirectTo={redirect_to} hidden={{ registration }} labels={labels}>
				<Field name="email" type="email" label={labels.email} autoComplete="email" enterKeyHint="send" />
				<Captcha captcha={captcha} />
				<SubmitButton pending="Sending…">Send the link</SubmitButton>
			</Form>
		</Card>
	)
}
