import { Link } from "@remix-run/react"
import { isAboutLink, type Problem } from "../http/problem"
import type { RefusedForm } from "../http/submission.server"
import { en as text } from "../text/en"
import { Address } from "../ui/address"
import { Card } from "../ui/card"
import { Checkbox } from "../ui/field"
import { Form } from "../ui/form"
import { FormError } from "../ui/form-error"
import { SubmitButton } from "../ui/submit-button"

const OWN_ACCOUNT = "Yes, that's my account"

type EmailConfirmPageProps = {
	/** The mailed link's own fields. */
	link: { user_id?: string; timestamp?: string; signature?: string }
	/** What is wrong with the link. */
	problem?: Problem
	email?: string | null
	/** Whose address it would be, where the browser is not signed in to the account. */
	username?: string
	refused?: RefusedForm
}

export function EmailConfirmPage({ link, problem, email, username, refused }: EmailConfirmPageProps) {
	// What a form was refused for says more than the page's address: the link may be in the form alone.
	const dead = refused ? refused.problem : problem
	if (dead && isAboutLink(dead))
		return (
			<Card
				title={text.deadLinkTitle}
				footer={
					<>
						Confirmed already? <Link to="/account">Go to your account</Link>
					</>
				}
			>
				<FormError formId="email-confirm" problem={dead} />
				<Link to="/account/email" className="button">
					Get a new link
				</Link>
			</Card>
		)
	const address = (end = "") =>
		email ? (
			<Address strong end={end}>
				{email}
			</Address>
		) : (
			`the address${end}`
		)
	const { user_id, timestamp, signature } = { ...link, ...refused?.typed }
	const form = { id: "email-confirm", refused, hidden: { user_id, timestamp, signature } }
	if (username || refused?.typed.intent === "confirm_elsewhere")
		return (
			<Card
				title="Is this your account?"
				lead={
					<>
						Someone signed in as {username ? <strong>{username}</strong> : "another account"} wants to use{" "}
						{address(".")} Confirm only if that's you: you'll be signed out everywhere.
					</>
				}
				footer="Not you? Close this page, and nothing changes."
			>
				<Form {...form} intent="confirm_elsewhere" labels={{ sure: OWN_ACCOUNT }}>
					<Checkbox name="sure" label={OWN_ACCOUNT} />
					<SubmitButton pending="Confirming…">Confirm this address</SubmitButton>
				</Form>
			</Card>
		)
	return (
		<Card
			title="Confirm your new address"
			lead={<>Your account will use {address()} from now on. Every other device will be signed out.</>}
			footer={<Link to="/account">Not now</Link>}
		>
			<Form {...form}>
				<SubmitButton pending="Confirming…">Confirm this address</SubmitButton>
			</Form>
		</Card>
	)
}
