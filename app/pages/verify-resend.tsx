import { Form, Link } from "@remix-run/react"
import type { RefusedForm } from "../http/submission.server"
import { Card } from "../ui/card"
import { Field } from "../ui/field"
import { FormError } from "../ui/form-error"
import { SubmitButton } from "../ui/submit-button"

const labels = { email: "E-mail address" }

export function VerifyResendPage({ refused }: { refused: RefusedForm | undefined }) {
	return (
		<Card
			title="Get a new link"
			lead="We mail you a new link to confirm your address. Look into the spam folder too."
			footer={<Link to="/login">Back to sign in</Link>}
		>
			<FormError problem={refused?.problem} labels={labels} />
			<Form method="post" noValidate>
				<Field
					name="email"
					type="email"
					label={labels.email}
					autoComplete="email"
					defaultValue={refused?.typed.email}
					errors={refused?.problem.errors?.email}
				/>
				<SubmitButton pending="Sending …">Send the link</SubmitButton>
			</Form>
		</Card>
	)
}
