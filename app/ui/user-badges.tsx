import type { PublicUser } from "../auth/user/user.server"

/** The state of an account, in words. */
export function UserBadges({ active, verified, superuser }: PublicUser) {
	return (
		<span className="badges">
			<Badge open={!active}>{active ? "active" : "deactivated"}</Badge>
			<Badge open={!verified}>{verified ? "confirmed" : "not confirmed"}</Badge>
			{superuser && <Badge>superuser</Badge>}
		</span>
	)
}

function Badge({ open, children }: { open?: boolean; children: string }) {
	return <span className={open ? "badge badge-open" : "badge"}>{children}</span>
}
