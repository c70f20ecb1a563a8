import { Link } from "@remix-run/react"
import type { Problem } from "../http/problem"
import type { RefusedForm } from "../http/submission.server"
import { Card } from "../ui/card"
import { Checkbox, PasswordField } from "../ui/field"
import { Form } from "../ui/form"
import { FormError } from "../ui/form-error"
import { SubmitButton } from "../ui/submit-button"

const labels = { password: "Password", sure: "Remove the account" }

type VerifyPageProps = {
	/** The mailed link's own fields. */
	link: { user_id?: string; timestamp?: string; signature?: string }
	redirect_to: string | null
	/** What is wrong with the link. */
	problem?: Problem
	/** Who registered. */
	username?: string
	/** Whether it was done in another browser, so that the password is asked for as well. */
	needs_password?: boolean
	refused?: RefusedForm
}

export function VerifyPage({
	link,
	redirect_to,
	problem,
	username,
	needs_password = true,
	refused,
}: VerifyPageProps) {
	// What a form was refused for says more than the page's address: the link may be in the form alone.
	const dead = refused ? refused.problem : problem
	if (dead && isAboutLink(dead)) return <DeadLink problem={dead} />
	const { user_id, timestamp, signature } = { ...link, ...refused?.typed }
	const form = { refused, redirectTo: redirect_to, hidden: { user_id, timestamp, signature }, labels }
	if (!needs_password)
		return (
			<Card title="Confirm your address" lead="One more step: press the button, and your account is ready.">
				<Form id="confirm" {...form}>
					<SubmitButton pending="Confirming …">Confirm my address</SubmitButton>
				</Form>
			</Card>
		)
	return (
		<Card
			title={username ? `Did you create the account ${username}?` : "Confirm your address"}
			lead="You opened this link in another browser than the one you registered with. Enter the password you chose there."
		>
			<Form id="confirm" {...form}>
				<PasswordField name="password" label={labels.password} autoComplete="current-password" />
				<SubmitButton pending="Confirming …">Confirm my address</SubmitButton>
			</Form>
			<section className="aside" aria-labelledby="not-me-title">
				<h2 id="not-me-title">This wasn't me</h2>
				<p className="hint">Someone else used your address. Remove the account, and nothing stays of it.</p>
				<Form id="not-me" intent="not_me" {...form}>
					<Checkbox name="sure" label="Yes, remove this account" />
					<SubmitButton quiet pending="Removing …">
						Remove the account
					</SubmitButton>
				</Form>
			</section>
		</Card>
	)
}

function isAboutLink({ code }: Problem): boolean {
	return code === "link_invalid" || code === "link_expired"
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
			<FormError formId="confirm" problem={problem} />
			<Link to="/verify/resend" className="button">
				Get a new link
			</Link>
		</Card>
	)
}
