import { Link } from "@remix-run/react"
import type { RefusedForm } from "../http/submission.server"
import { Card } from "../ui/card"
import { Field } from "../ui/field"
import { Form } from "../ui/form"
import { SubmitButton } from "../ui/submit-button"

const labels = { email: "E-mail address" }

export function VerifyResendPage({ refused }: { refused?: RefusedForm }) {
	return (
		<Card
			title="Get a new link"
			lead="We mail you a new link to confirm your address. Look into the spam folder too."
			footer={<Link to="/login">Back to sign in</Link>}
		>
			<Form id="resend" refused={refused} labels={labels}>
				<Field name="email" type="email" label={labels.email} autoComplete="email" />
				<SubmitButton pending="Sending …">Send the link</SubmitButton>
			</Form>
		</Card>
	)
}
