import { Link } from "@remix-run/react"
import { isAboutLink, type Problem } from "../http/problem"
import type { RefusedForm } from "../http/submission.server"
import { en as text } from "../text/en"
import { Address } from "../ui/address"
import { Card } from "../ui/card"
import { Checkbox, HiddenUsername } from "../ui/field"
import { Form } from "../ui/form"
import { FormError } from "../ui/form-error"
import { PasswordField } from "../ui/password-field"
import { SubmitButton } from "../ui/submit-button"
import { Words } from "../ui/words"

const WRONG_PASSWORD = "That isn't the password of this account."
const labels = { password: "Password", sure: "Yes, remove this account" }

type VerifyPageProps = {
	/** The mailed link's own fields. */
	link: { user_id?: string; timestamp?: string; signature?: string }
	redirect_to: string | null
	/** Whether anyone who forgot the password can choose a new one. */
	password_reset?: boolean
	/** What is wrong with the link. */
	problem?: Problem
	/** What was confirmed already, and where it goes on for anyone signed in. */
	confirmed?: { onward: string | null }
	/** Who registered. */
	username?: string
	/** What is to be confirmed, or where a new link would go. */
	email?: string
	/** Whether it was done in another browser, so that the password is asked for as well. */
	needs_password?: boolean
	refused?: RefusedForm
}

export function VerifyPage(props: VerifyPageProps) {
	const { link, redirect_to, confirmed, username, email, needs_password = true, refused } = props
	if (confirmed) return <Confirmed redirectTo={redirect_to} {...confirmed} />
	// What a form was refused for says more than the page's address: the link may be in the form alone.
	const dead = refused ? refused.problem : props.problem
	if (dead && isAboutLink(dead)) return <DeadLink problem={dead} email={email} redirectTo={redirect_to} />
	const { user_id, timestamp, signature } = { ...link, ...refused?.typed }
	const form = {
		refused: refused && ofPassword(refused),
		redirectTo: redirect_to,
		hidden: { user_id, timestamp, signature },
		labels,
	}
	const address = (end?: string) =>
		email ? (
			<Address strong end={end}>
				{email}
			</Address>
		) : (
			`the address${end ?? ""}`
		)
	if (!needs_password)
		return (
			<Card title="Confirm your address" lead={<>Confirm {address(",")} and your account is ready.</>}>
				<Form id="confirm" {...form}>
					<SubmitButton pending="Confirming…">Confirm my address</SubmitButton>
				</Form>
			</Card>
		)
	return (
		<Card
			title="Did you create this account?"
			lead={
				<>
					We don't recognize this browser. To confirm {address(",")} enter the password for{" "}
					{username ? <strong>{username}</strong> : "your account"}.
				</>
			}
		>
			<Form id="confirm" {...form}>
				<HiddenUsername value={username} />
				<PasswordField
					name="password"
					label={labels.password}
					aside={props.password_reset && <Link to="/forgot-password">Forgot it?</Link>}
					autoComplete="current-password"
					enterKeyHint="go"
				/>
				<SubmitButton pending="Confirming…">Confirm my address</SubmitButton>
			</Form>
			<section className="aside" aria-labelledby="not-me-title">
				<h2 id="not-me-title">This wasn't me</h2>
				<p className="hint">
					Then someone else used your address. You can remove the account and everything in it.
				</p>
				<Form id="not-me" intent="not_me" {...form}>
					<Checkbox name="sure" label={labels.sure} />
					<SubmitButton danger pending="Removing…">
						Remove the account
					</SubmitButton>
				</Form>
			</section>
		</Card>
	)
}

/** Only the password was asked for. */
function ofPassword({ problem, ...refused }: RefusedForm): RefusedForm {
	const isWrong = problem.code === "credentials_invalid"
	return { ...refused, problem: isWrong ? { ...problem, detail: WRONG_PASSWORD } : problem }
}

/** A link that did its work is no failure. */
function Confirmed({ onward, redirectTo }: { onward: string | null; redirectTo: string | null }) {
	const query = redirectTo ? `?${new URLSearchParams({ redirect_to: redirectTo })}` : ""
	return (
		<Card title="Your address is confirmed" lead={onward ? "You're all set." : "You can sign in now."}>
			{onward ? (
				<Link to={onward} className="button">
					Continue
				</Link>
			) : (
				<Link to={`/login${query}`} className="button">
					Sign in
				</Link>
			)}
		</Card>
	)
}

type DeadLinkProps = { problem: Problem; email: string | undefined; redirectTo: string | null }

function DeadLink({ problem, email, redirectTo }: DeadLinkProps) {
	const query = redirectTo ? `?${new URLSearchParams({ redirect_to: redirectTo })}` : ""
	return (
		<Card
			title={text.deadLinkTitle}
			footer={
				<>
					Confirmed already? <Link to={`/login${query}`}>Sign in</Link>
				</>
			}
		>
			<FormError formId="confirm" problem={problem} />
			{email ? (
				<>
					<p>
						<Words>We'll e-mail a new one to</Words>{" "}
						<Address strong end=".">
							{email}
						</Address>
					</p>
					<Form id="resend" action="/verify/resend" redirectTo={redirectTo} hidden={{ email }}>
						<SubmitButton pending="Sending…">Send me a new link</SubmitButton>
					</Form>
				</>
			) : (
				<Link to={`/verify/resend${query}`} className="button">
					Get a new link
				</Link>
			)}
		</Card>
	)
}
