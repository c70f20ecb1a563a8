import type { z } from "zod"
import type { Caller } from "./caller"
import { checkCredentials } from "./credentials.server"
import { emit } from "./event.server"
import { type Refusal, refusal } from "./refusal"
import type { loginSchema } from "./schema"
import { type StartedSession, startSession } from "./session/session.server"
import {
	findUserByIdentifier,
	identifierKey,
	needsVerification,
	noteSignIn,
	type User,
} from "./user/user.server"

export type LoggedIn = { ok: true; user: User; session: StartedSession; remember: boolean }

/**
 * Signs somebody in.
 *
 * @param replaces the token of the session that this one takes the place of
 * @returns refusals `credentials_invalid` (also for an account that was ended meanwhile), `not_verified` (only after the
 *   right password), `rate_limited`, `overloaded`
 */
export async function login(
	input: z.output<typeof loginSchema>,
	caller: Caller,
	replaces: string | null,
): Promise<LoggedIn | Refusal<"credentials_invalid" | "not_verified" | "rate_limited" | "overloaded">> {
	const { password, remember } = input
	const identifier = identifierKey(input.username)
	const found = await findUserByIdentifier(identifier)
	const checked = await checkCredentials(found, { identifier, password }, caller)
	if (!checked.ok) return checked
	if (needsVerification(checked.user)) return refusal("not_verified")
	const signedIn = await signIn(checked.user, caller, { remember, replaces })
	return signedIn.ok ? { ...signedIn, remember } : signedIn
}

/** Starts a session for somebody who has proven to be the user. @returns refusal `credentials_invalid` for an account that was ended meanwhile */
export async function signIn(
	user: User,
	caller: Caller,
	options: { remember: boolean; replaces: string | null },
): Promise<{ ok: true; user: User; session: StartedSession } | Refusal<"credentials_invalid">> {
	const session = await startSession(user, caller, options)
	if (!session) return refusal("credentials_invalid")
	await noteSignIn(user.id, caller.now)
	emit("user.signed_in", user, caller)
	return { ok: true, user, session }
}
