import { Link } from "@remix-run/react"
import { isAboutLink, type Problem } from "../http/problem"
import type { RefusedForm } from "../http/submission.server"
import { en as text } from "../text/en"
import { Card } from "../ui/card"
import { HiddenUsername } from "../ui/field"
import { Form } from "../ui/form"
import { FormError } from "../ui/form-error"
import { NewPassword } from "../ui/password-field"
import { SubmitButton } from "../ui/submit-button"

const labels = { password: "New password", confirm_password: "Repeat the new password" }

type ResetPasswordPageProps = {
	/** The mailed link's own fields. */
	link: { user_id?: string; timestamp?: string; signature?: string }
	/** What is wrong with the link. */
	problem?: Problem
	username?: string
	min_password_length?: number
	max_password_length?: number
	refused?: RefusedForm
}

export function ResetPasswordPage(props: ResetPasswordPageProps) {
	const { link, problem, username, min_password_length: min, max_password_length: max, refused } = props
	// What a form was refused for says more than the page's address: the link may be in the form alone.
	const dead = refused ? refused.problem : problem
	if (dead && isAboutLink(dead)) return <DeadLink problem={dead} />
	const length = min !== undefined && max !== undefined ? { min, max } : undefined
	const { user_id, timestamp, signature } = { ...link, ...refused?.typed }
	return (
		<Card
			title="Choose a new password"
			lead={
				<>
					This changes the password for {username ? <strong>{username}</strong> : "your account"} and signs
					you out everywhere.
				</>
			}
			footer={<Link to="/login">Back to sign in</Link>}
		>
			<Form id="reset-password" refused={refused} hidden={{ user_id, timestamp, signature }} labels={labels}>
				<HiddenUsername value={username} />
				<NewPassword
					label={labels.password}
					repeatLabel={labels.confirm_password}
					length={length}
					enterKeyHint="done"
				/>
				<SubmitButton pending="Saving…">Save new password</SubmitButton>
			</Form>
		</Card>
	)
}

function DeadLink({ problem }: { problem: Problem }) {
	return (
		<Card
			title={text.deadLinkTitle}
			footer={
				<>
					Changed it already? <Link to="/login">Sign in</Link>
				</>
			}
		>
			<FormError formId="reset-password" problem={problem} />
			<Link to="/forgot-password" className="button">
				Get a new link
			</Link>
		</Card>
	)
}
