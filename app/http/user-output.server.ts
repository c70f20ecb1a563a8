import { isSecret } from "../auth/field"
import type { Registration } from "../auth/registration"
import { type PublicUser, publicUser, type User } from "../auth/user/user.server"
import { registration } from "../auth.events.server"

const { fields, output }: Registration = registration

const shown = Object.entries(fields)
	.filter(([, field]) => !isSecret(field))
	.map(([name]) => name)

/**
 * What programs are told of an account: what the contract says and the fork's own fields, or what `registration.output`
 * says.
 */
export function userOutput(user: User): Record<string, unknown> {
	if (output) return output(user)
	const values: Record<string, unknown> = user
	return { ...publicUser(user), ...Object.fromEntries(shown.map((name) => [name, values[name]])) }
}

/** The same of an account that was made just now, of which less is told. */
export function registeredOutput(user: User): Record<string, unknown> {
	return output ? output(user) : { username: user.username, email: user.email }
}

/** For loaders, which answer both. The type is what their pages rely on. */
export function userFor({ json }: { json: boolean }, user: User): PublicUser {
	return json ? (userOutput(user) as PublicUser) : publicUser(user)
}
