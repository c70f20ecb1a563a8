import { Form, Link } from "@remix-run/react"
import type { Problem } from "../http/problem"
import type { RefusedForm } from "../http/submission.server"
import { Card } from "../ui/card"
import { FormError } from "../ui/form-error"
import { SubmitButton } from "../ui/submit-button"

type LinkParameters = { user_id?: string; timestamp?: string; signature?: string }

export function VerifyPage(props: {
	link: LinkParameters
	problem?: Problem
	refused: RefusedForm | undefined
}) {
	const problem = props.refused?.problem ?? props.problem
	if (problem) return <DeadLink problem={problem} />
	return (
		<Card title="Confirm your address" lead="One more step: press the button, and your account is ready.">
			<Form method="post">
				{Object.entries(props.link).map(([name, value]) => (
					<input key={name} type="hidden" name={name} value={value} />
				))}
				<SubmitButton pending="Confirming …">Confirm my address</SubmitButton>
			</Form>
		</Card>
	)
}

function DeadLink({ problem }: { problem: Problem }) {
	return (
		<Card
			title="Confirm your address"
			footer={
				<>
					Confirmed already? <Link to="/login">Sign in</Link>
				</>
			}
		>
			<FormError problem={problem} />
			<Link to="/verify/resend" className="button">
				Get a new link
			</Link>
		</Card>
	)
}
