import { Link } from "@remix-run/react"
import type { ReactNode } from "react"
import type { PublicUser } from "../auth/user/user.server"
import type { FieldDescription } from "../http/form-description.server"
import type { RefusedForm } from "../http/submission.server"
import { Address } from "../ui/address"
import { Notice } from "../ui/card"
import { DescribedField, keyHintAt, labelsOf } from "../ui/described-field"
import { Form } from "../ui/form"
import { SignOut } from "../ui/sign-out"
import { SubmitButton } from "../ui/submit-button"
import { Time } from "../ui/time"
import { Words } from "../ui/words"

/** Words of ours for fields of ours; a fork's have theirs in their schema. */
const known: Record<string, Partial<FieldDescription>> = {
	username: { label: "User name", autocomplete: "username" },
}

type AccountPageProps = {
	user: PublicUser
	session: { expires_at: string; absolute_expires_at: string }
	profile?: { field: FieldDescription; value: string }[]
	/** What is to take the place of the address, once it is confirmed. */
	waiting?: { email: string; expires_at: string }
	refused?: RefusedForm
}

export function AccountPage({ user, session, profile = [], waiting, refused }: AccountPageProps) {
	const shown = profile.map(({ field, value }) => ({ field: { ...field, ...known[field.name] }, value }))
	const fields = shown.map(({ field }) => field)
	return (
		<div className="inside">
			<SignOut />
			<header className="inside-head">
				<span className="portrait" aria-hidden="true">
					{user.username.slice(0, 1)}
				</span>
				<div>
					<h1>Your account</h1>
					<p className="lead">
						{user.username}, joined <Time iso={user.created_at} />
					</p>
				</div>
			</header>
			<Notice />
			<div className="sheet">
				<Section id="profile" title="Profile" hint="Others can see your user name.">
					<Form id="profile-form" refused={refused} labels={labelsOf(fields)}>
						{shown.map(({ field, value }, index) => (
							<DescribedField
								key={`${field.name} ${value}`}
								field={field}
								value={value}
								enterKeyHint={keyHintAt(index, fields, "done")}
							/>
						))}
						<SubmitButton pending="Saving…">Save profile</SubmitButton>
					</Form>
				</Section>
				<Section id="email" title="E-mail" hint="For messages from us, and for signing in.">
					<p className="badges">
						<Address>{user.email}</Address> {user.verified && <span className="badge">confirmed</span>}
					</p>
					{waiting && (
						<div>
							<p className="badges">
								<Address>{waiting.email}</Address> <span className="badge badge-open">not confirmed</span>
							</p>
							<p className="hint">
								To finish, open the link we've sent there. It works until{" "}
								<Time iso={waiting.expires_at} withClock end="." />
							</p>
						</div>
					)}
					<Link to="/account/email" className="button button-quiet">
						{waiting ? "Manage this change" : "Change address"}
					</Link>
				</Section>
				<Section id="password" title="Password" hint="Changing it signs out every other device.">
					<Link to="/account/password" className="button button-quiet">
						Change password
					</Link>
				</Section>
				<Section id="session" title="This device">
					<dl className="facts">
						<dt>Signed in until</dt>
						<dd>
							<Time iso={session.expires_at} withClock />
							{session.expires_at !== session.absolute_expires_at && (
								<p className="hint">
									Each visit extends this, until <Time iso={session.absolute_expires_at} withClock /> at the
									latest.
								</p>
							)}
						</dd>
					</dl>
				</Section>
				{user.superuser && (
					<Section id="users" title="Users" hint="You can see and change everyone's account.">
						<Link to="/users" className="button button-quiet">
							All users
						</Link>
					</Section>
				)}
			</div>
		</div>
	)
}

function Section(props: { id: string; title: string; hint?: string; children: ReactNode }) {
	const { id, title, hint, children } = props
	return (
		<section className="section" aria-labelledby={`${id}-title`}>
			<div className="section-head">
				<h2 id={`${id}-title`}>{title}</h2>
				{hint && (
					<p className="hint">
						<Words>{hint}</Words>
					</p>
				)}
			</div>
			<div className="section-body">{children}</div>
		</section>
	)
}
