import { Link } from "@remix-run/react"
import { isAboutLink, type Problem } from "../http/problem"
import type { RefusedForm } from "../http/submission.server"
import { Address } from "../ui/address"
import { Card } from "../ui/card"
import { Form } from "../ui/form"
import { FormError } from "../ui/form-error"
import { SubmitButton } from "../ui/submit-button"

type EmailConfirmPageProps = {
	/** The mailed link's own fields. */
	link: { user_id?: string; timestamp?: string; signature?: string }
	/** What is wrong with the link. */
	problem?: Problem
	email?: string | null
	refused?: RefusedForm
}

export function EmailConfirmPage({ link, problem, email, refused }: EmailConfirmPageProps) {
	// What a form was refused for says more than the page's address: the link may be in the form alone.
	const dead = refused ? refused.problem : problem
	if (dead && isAboutLink(dead))
		return (
			<Card title="Confirm your new address" footer={<Link to="/account">Go to your account</Link>}>
				<FormError formId="email-confirm" problem={dead} />
				<Link to="/account/email" className="button">
					Get a new link
				</Link>
			</Card>
		)
	return (
		<Card
			title="Confirm your new address"
			lead={
				<>
					Once you confirm it, your account uses <strong>{email && <Address>{email}</Address>}</strong>, and
					every other device is signed out.
				</>
			}
		>
			<Form id="email-confirm" refused={refused} hidden={link}>
				<SubmitButton pending="Confirming…">Confirm this address</SubmitButton>
			</Form>
		</Card>
	)
}
