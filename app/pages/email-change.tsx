import { Link } from "@remix-run/react"
import type { RefusedForm } from "../http/submission.server"
import { Address } from "../ui/address"
import { Card } from "../ui/card"
import { Field, HiddenUsername } from "../ui/field"
import { Form } from "../ui/form"
import { PasswordField } from "../ui/password-field"
import { SubmitButton } from "../ui/submit-button"
import { Time } from "../ui/time"

const labels = { email: "New address", current_password: "Current password" }

type PendingEmail = { email: string; expires_at: string }

export function EmailChangePage(props: {
	/** Not told to programs, like the next. */
	username?: string
	/** Whether anyone who forgot the password can choose a new one. */
	password_reset?: boolean
	email: string
	pending: PendingEmail | null
	refused?: RefusedForm
}) {
	const { username, password_reset, email, pending, refused } = props
	return (
		<Card
			title="Change your e-mail address"
			lead={
				<>
					Your current address is{" "}
					<Address strong end=".">
						{email}
					</Address>
					{!pending && " We'll send a link to the new one. Nothing changes until you open it."}
				</>
			}
			footer={<Link to="/account">Back to your account</Link>}
		>
			{pending && (
				<section className="notice" aria-label="Waiting to be confirmed">
					<p>
						We've sent a link to{" "}
						<Address strong end=".">
							{pending.email}
						</Address>{" "}
						Open it by <Time iso={pending.expires_at} withClock /> to finish.
					</p>
					<Form id="email-cancel" action="/account/email/cancel">
						<SubmitButton quiet small pending="Canceling…">
							Cancel this change
						</SubmitButton>
					</Form>
				</section>
			)}
			<Form id="email-change" refused={refused} labels={labels}>
				<HiddenUsername value={username} />
				<Field name="email" type="email" label={labels.email} autoComplete="email" />
				<PasswordField
					name="current_password"
					label={labels.current_password}
					aside={password_reset && <Link to="/forgot-password">Forgot it?</Link>}
					autoComplete="current-password"
					enterKeyHint="go"
				/>
				<SubmitButton pending="Sending…">Send the link</SubmitButton>
			</Form>
		</Card>
	)
}
