import { Form, Link } from "@remix-run/react"
import type { PublicUser } from "../auth/user/user.server"
import { Address } from "../ui/address"
import { Notice } from "../ui/card"
import { Field, verbatim } from "../ui/field"
import { SignOut } from "../ui/sign-out"
import { Time } from "../ui/time"
import { UserBadges } from "../ui/user-badges"

type UsersPageProps = { users: PublicUser[]; q: string; page: number; page_size: number; total: number }

/** For superusers: who has an account. */
export function UsersPage({ users, ...list }: UsersPageProps) {
	const { q, total } = list
	return (
		<section className="inside" aria-labelledby="title">
			<SignOut />
			<div className="inside-head">
				<div>
					<p className="back">
						<Link to="/account">Your account</Link>
					</p>
					<h1 id="title">Users</h1>
					<p className="lead" aria-live="polite">
						{summary(q, total)}
					</p>
				</div>
			</div>
			<Notice />
			<div className="sheet users">
				<Form method="get" role="search" className="search">
					<Field
						key={q}
						name="q"
						label="User name or e-mail"
						defaultValue={q}
						required={false}
						type="search"
						enterKeyHint="search"
						{...verbatim}
					/>
					<button type="submit" className="button">
						Search
					</button>
				</Form>
				{total === 0 && (
					<div className="empty">
						<p>No match for “{q}”</p>
						<p>
							Try part of a name or address, or <Link to="/users">see all users</Link>.
						</p>
					</div>
				)}
				{total > 0 && users.length === 0 && (
					<div className="empty">
						<p>Nobody on this page</p>
						<p>The list ends before it.</p>
					</div>
				)}
				{users.length > 0 && (
					<table>
						<thead>
							<tr>
								<th scope="col">User</th>
								<th scope="col">Status</th>
								<th scope="col" className="since">
									Joined
								</th>
							</tr>
						</thead>
						<tbody>
							{users.map((user, index) => (
								<tr key={user.id}>
									<th scope="row">
										{/* All lead to one route: the browser learns of it from the first, and need not ask for each. */}
										<Link
											to={`/users/${user.id}`}
											discover={index === 0 ? "render" : "none"}
											className="user-link"
										>
											{user.username}
										</Link>
										<span className="hint">
											<Address>{user.email}</Address>
										</span>
									</th>
									<td>
										<UserBadges {...user} />
									</td>
									<td className="since">
										<Time iso={user.created_at} />
									</td>
								</tr>
							))}
						</tbody>
					</table>
				)}
				<Paging {...list} />
			</div>
		</section>
	)
}

function summary(q: string, total: number): string {
	if (total === 0) return "No users found."
	const users = total === 1 ? "1 user" : `${total} users`
	return q ? `${users} with “${q}” in the name or address.` : `${users} in all.`
}

function Paging({ q, page, page_size, total }: Omit<UsersPageProps, "users">) {
	const last = Math.max(1, Math.ceil(total / page_size))
	if (last === 1 && page === 1) return null
	const to = (number: number) =>
		`?${new URLSearchParams({ q, page: `${number}`, page_size: `${page_size}` })}`
	return (
		<nav className="paging" aria-label="Pages">
			{page > 1 && (
				<Link rel="prev" className="button button-quiet button-small" to={to(Math.min(page - 1, last))}>
					Previous
				</Link>
			)}
			<span>
				Page {page} of {last}
			</span>
			{page < last && (
				<Link rel="next" className="button button-quiet button-small" to={to(page + 1)}>
					Next
				</Link>
			)}
		</nav>
	)
}
