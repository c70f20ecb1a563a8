import { Link } from "@remix-run/react"
import type { PublicUser } from "../auth/user/user.server"
import { Card } from "../ui/card"
import { Form } from "../ui/form"
import { SubmitButton } from "../ui/submit-button"
import { Time } from "../ui/time"

type SessionInfo = { expires_at: string; absolute_expires_at: string }

export function AccountPage(props: { user: PublicUser; session: SessionInfo; needs_verification: boolean }) {
	const { user, session, needs_verification } = props
	return (
		<Card title="Your account" footer={user.superuser && <Link to="/users">All users</Link>}>
			<dl className="facts">
				<dt>User name</dt>
				<dd>{user.username}</dd>
				<dt>E-mail address</dt>
				<dd>
					{user.email} <ConfirmedBadge verified={user.verified} needed={needs_verification} />
				</dd>
				<dt>Member since</dt>
				<dd>
					<Time iso={user.created_at} />
				</dd>
				<dt>Signed in until</dt>
				<dd>
					<Time iso={session.expires_at} withClock />
					{session.expires_at !== session.absolute_expires_at && (
						<p className="hint">
							Longer while you use it, but not past <Time iso={session.absolute_expires_at} withClock />.
						</p>
					)}
				</dd>
			</dl>
			<Form id="logout" action="/logout">
				<SubmitButton pending="Signing out …">Sign out</SubmitButton>
			</Form>
		</Card>
	)
}

/** Where nobody has to confirm an address, that it is not confirmed says nothing. */
function ConfirmedBadge({ verified, needed }: { verified: boolean; needed: boolean }) {
	if (!verified && !needed) return null
	return <span className="badge">{verified ? "confirmed" : "not confirmed"}</span>
}
