import { Link } from "@remix-run/react"
import type { PublicUser } from "../auth/user/user.server"
import type { RefusedForm } from "../http/submission.server"
import { Notice } from "../ui/card"
import { Checkbox, Field, verbatim } from "../ui/field"
import { Form } from "../ui/form"
import { Select } from "../ui/select"
import { SignOut } from "../ui/sign-out"
import { SubmitButton } from "../ui/submit-button"
import { Time } from "../ui/time"
import { UserBadges } from "../ui/user-badges"

const labels = {
	username: "User name",
	email: "E-mail address",
	active: "Status",
	superuser: "Role",
	verified: "Confirmation",
	sure: "Delete this account",
}

/** For superusers: one account, and what can be done with it. */
export function UserPage({ user, refused }: { user: PublicUser; refused?: RefusedForm }) {
	const typed = refused?.typed ?? {}
	return (
		<section className="inside" aria-labelledby="title">
			<SignOut />
			<div className="inside-head">
				<div>
					<p className="back">
						<Link to="/users">All users</Link>
					</p>
					<h1 id="title">{user.username}</h1>
					<p className="lead badges">
						<span>
							Joined <Time iso={user.created_at} />
						</span>{" "}
						<UserBadges {...user} />
					</p>
				</div>
			</div>
			<Notice />
			<div className="sheet">
				<section className="section" aria-labelledby="change-title">
					<div className="section-head">
						<h2 id="change-title">Details</h2>
						<p className="hint">
							Deactivating an account, making a superuser a user, or taking back a confirmation signs the
							person out everywhere.
						</p>
					</div>
					<div className="section-body">
						{/* What was saved is what the fields begin with. */}
						<Form id="update" intent="update" refused={refused} labels={labels} key={JSON.stringify(user)}>
							<Field
								name="username"
								label={labels.username}
								defaultValue={typed.username ?? user.username}
								autoComplete="off"
								{...verbatim}
							/>
							<Field
								name="email"
								type="email"
								label={labels.email}
								hint="A new one has to be confirmed by e-mail, unless you mark it as confirmed below."
								defaultValue={typed.email ?? user.email}
								autoComplete="off"
								enterKeyHint="done"
							/>
							<Select
								name="verified"
								label={labels.verified}
								value=""
								options={{ "": keepAs(user.verified), true: "Confirmed", false: "Not confirmed" }}
							/>
							<Select
								name="active"
								label={labels.active}
								value={String(user.active)}
								options={{ true: "Active", false: "Deactivated" }}
							/>
							<Select
								name="superuser"
								label={labels.superuser}
								value={String(user.superuser)}
								options={{ false: "User", true: "Superuser" }}
							/>
							<SubmitButton pending="Saving…">Save changes</SubmitButton>
						</Form>
					</div>
				</section>
				<section className="section" aria-labelledby="delete-title">
					<div className="section-head">
						<h2 id="delete-title">Delete this account</h2>
						<p className="hint">The account and its sessions are deleted. This can't be undone.</p>
					</div>
					<div className="section-body">
						<Form id="delete" intent="delete" refused={refused} labels={labels}>
							<Checkbox name="sure" label={`Yes, delete ${user.username}`} />
							<SubmitButton danger pending="Deleting…">
								Delete the account
							</SubmitButton>
						</Form>
					</div>
				</section>
			</div>
		</section>
	)
}

function keepAs(isConfirmed: boolean): string {
	return `Keep (${isConfirmed ? "confirmed" : "not confirmed"})`
}
