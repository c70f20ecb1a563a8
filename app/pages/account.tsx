import { Link } from "@remix-run/react"
import type { PublicUser } from "../auth/user/user.server"
import { Card } from "../ui/card"
import { Form } from "../ui/form"
import { SubmitButton } from "../ui/submit-button"
import { Time } from "../ui/time"

type SessionInfo = { expires_at: string; absolute_expires_at: string }

export function AccountPage({ user, session }: { user: PublicUser; session: SessionInfo }) {
	return (
		<Card title="Your account" footer={user.superuser && <Link to="/users">All users</Link>}>
			<dl className="facts">
				<dt>User name</dt>
				<dd>{user.username}</dd>
				<dt>E-mail address</dt>
				<dd>
					{user.email} {user.verified && <span className="badge">confirmed</span>}
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
