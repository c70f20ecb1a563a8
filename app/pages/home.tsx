import { Link } from "@remix-run/react"
import type { PublicUser } from "../auth/user/user.server"
import { Card } from "../ui/card"

/** What stands here is the fork's own; this is a place to start from. */
export function HomePage({ user }: { user: PublicUser | null }) {
	if (user)
		return (
			<Card title={`Hello, ${user.username}`} lead="You are signed in. Everything behind the gate is yours.">
				<div className="actions">
					<Link to="/account" className="button">
						Your account
					</Link>
					<Link to="/logout" className="button button-quiet">
						Sign out
					</Link>
				</div>
			</Card>
		)
	return (
		<Card title="Come in" lead="Everything behind this gate needs an account. It takes a minute.">
			<div className="actions">
				<Link to="/login" className="button">
					Sign in
				</Link>
				<Link to="/register" className="button button-quiet">
					Create an account
				</Link>
			</div>
		</Card>
	)
}
