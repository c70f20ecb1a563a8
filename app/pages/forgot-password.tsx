import { Link } from "@remix-run/react"
import type { ShownCaptcha } from "../http/captcha.server"
import type { RefusedForm } from "../http/submission.server"
import { Captcha } from "../ui/captcha"
import { Card, useNotice } from "../ui/card"
import { Envelope } from "../ui/envelope"
import { Field, verbatim } from "../ui/field"
import { Form } from "../ui/form"
import { SubmitButton } from "../ui/submit-button"

const labels = { email: "User name or e-mail" }

type ForgotPasswordPageProps = {
	captcha: ShownCaptcha | null
	/** Whether a link was asked for just now. */
	sent?: boolean
	/** Whether it is asked for while signed in. */
	signed_in?: boolean
	refused?: RefusedForm
}

export function ForgotPasswordPage({ captcha, sent, signed_in, refused }: ForgotPasswordPageProps) {
	if (sent && !refused) return <Sent />
	return (
		<Card
			title="Forgot your password?"
			lead="We'll e-mail you a link to choose a new one."
			footer={
				signed_in ? <Link to="/account">Back to your account</Link> : <Link to="/login">Back to sign in</Link>
			}
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

/** The same for every name and address: the notice says what was done, and is the lead. */
function Sent() {
	return (
		<Card
			picture={<Envelope />}
			title="Check your mail"
			lead={useNotice()}
			isNoticeInLead
			footer={<Link to="/login">Back to sign in</Link>}
		>
			<p className="hint">Nothing there after a few minutes? Look in your spam folder, or get a new link.</p>
			<Link to="/forgot-password" className="button button-quiet">
				Get a new link
			</Link>
		</Card>
	)
}
