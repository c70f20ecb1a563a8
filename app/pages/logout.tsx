import { Link } from "@remix-run/react"
import type { RefusedForm } from "../http/submission.server"
import { Card } from "../ui/card"
import { Form } from "../ui/form"
import { FormError } from "../ui/form-error"
import { SubmitButton } from "../ui/submit-button"

export function LogoutPage({ signed_in, refused }: { signed_in: boolean; refused?: RefusedForm }) {
	if (!signed_in)
		return (
			<Card title="Signed out" lead="You're not signed in on this device.">
				<FormError formId="logout" problem={refused?.problem} />
				<Link to="/login" className="button">
					Sign in
				</Link>
			</Card>
		)
	return (
		<Card
			title="Sign out?"
			lead="You'll need your password to sign in again on this device."
			footer={<Link to="/account">Stay signed in</Link>}
		>
			<Form id="logout" refused={refused}>
				<SubmitButton pending="Signing out…">Sign out</SubmitButton>
			</Form>
		</Card>
	)
}
