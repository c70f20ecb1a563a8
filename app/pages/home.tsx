import { Link } from "@remix-run/react"
import type { PublicUser } from "../auth/user/user.server"
import { tagline } from "../auth.config"
import { Opening } from "../ui/card"

/** Anyone who comes from here to register means to go to the account. */
const REGISTER = `/register?${new URLSearchParams({ redirect_to: "/account" })}`

/** What stands here is the fork's own; this is a place to start from. */
export function HomePage({ user, registration }: { user: PublicUser | null; registration?: boolean }) {
	if (user)
		return (
			<Opening title={`Hello, ${user.username}`} lead="You're signed in.">
				<div className="actions">
					<Link to="/account" className="button">
						Your account
					</Link>
					<Link to="/logout" className="button button-quiet">
						Sign out
					</Link>
				</div>
			</Opening>
		)
	return (
		<Opening title="Welcome" lead={tagline}>
			<div className="actions">
				<Link to="/login" className="button">
					Sign in
				</Link>
				{registration && (
					<Link to={REGISTER} className="button button-quiet">
						Create an account
					</Link>
				)}
			</div>
		</Opening>
	)
}
