import { config } from "../auth.config"
import { log } from "../log.server"
import type { Client } from "./caller"
import { type Charge, charge, forgive, refund } from "./limit/limit.server"
import { verifyPassword } from "./password/policy.server"
import { type Refusal, refusal } from "./refusal"
import { startSession } from "./session/session.server"
import { findUserByIdentifier, identifierKey, noteSignIn, type User } from "./user/user.server"

export type LoggedIn = {
	ok: true
	user: User
	session: { token: string; expiresAt: Date; absoluteExpiresAt: Date }
	remember: boolean
}

/**
 * Signs somebody in. Unknown, wrong and inactive are one answer, at the price of exactly one hash.
 *
 * @param replaces the token of the session that this one takes the place of
 * @returns refusals `credentials_invalid`, `not_verified` (only after the right password), `rate_limited`, `overloaded`
 */
export async function login(
	input: { username: string; password: string; remember: boolean },
	client: Client,
	replaces: string | null,
): Promise<LoggedIn | Refusal> {
	const identifier = identifierKey(input.username)
	const user = await findUserByIdentifier(identifier)
	const perAddress: Charge = ["wrongPasswordPerAddress", client.address]
	// By id where there is one, so that name and mail address share one count.
	const perAccount: Charge = ["wrongPasswordPerAccount", user?.id ?? identifier]
	const limited = await charge(perAddress, perAccount)
	if (limited) return limited

	const right = await verifyPassword(user?.passwordHash ?? null, input.password, client.signal).catch(
		async (aborted) => {
			await refund(perAddress, perAccount)
			throw aborted
		},
	)
	if (typeof right === "object") {
		await refund(perAddress, perAccount)
		return right
	}
	if (!right || !user?.active) {
		log.info({ event: "login.refused", user_id: user?.id, address: client.address }, "Sign-in refused")
		return refusal("credentials_invalid")
	}

	await refund(perAddress)
	await forgive(perAccount)
	if (config.verification.enabled && user.emailVerifiedAt === null) return refusal("not_verified")

	const { remember } = input
	const session = await startSession(user, client, { remember, replaces })
	await noteSignIn(user.id, client.now)
	log.info({ event: "user.signed_in", user_id: user.id }, "Signed in")
	return { ok: true, user, session, remember }
}
