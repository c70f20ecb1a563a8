import { Link } from "@remix-run/react"
import type { RefusedForm } from "../http/submission.server"
import { Card } from "../ui/card"
import { Field } from "../ui/field"
import { Form } from "../ui/form"
import { SubmitButton } from "../ui/submit-button"

const labels = { email: "E-mail address" }

export function VerifyResendPage({ redirect_to, refused }: { redirect_to?: string; refused?: RefusedForm }) {
	const { registration } = refused?.typed ?? {}
	return (
		<Card
			title="Get a new link"
			lead="We'll e-mail you a new link to confirm your address."
			footer={<Link to="/login">Back to sign in</Link>}
		>
			<Form id="resend" refused={refused} redirectTo={redirect_to} hidden={{ registration }} labels={labels}>
				<Field name="email" type="email" label={labels.email} autoComplete="email" />
				<SubmitButton pending="Sending…">Send the link</SubmitButton>
			</Form>
		</Card>
	)
}
