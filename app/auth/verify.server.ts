import { config } from "../auth.config"
import { log } from "../log.server"
import { enqueueMail } from "../mail/outbox.server"
import { afterAnswer } from "./after-answer.server"
import type { Client } from "./caller"
import { charge } from "./limit/limit.server"
import { checkLink, parseLink } from "./link.server"
import { type Refusal, refusal } from "./refusal"
import { findUser, findUserByEmail, markVerified, type User } from "./user/user.server"

/** Tells what the page behind a link may offer. Changes nothing: mail scanners follow links too. */
export async function checkVerificationLink(
	values: Record<string, unknown>,
	client: Client,
): Promise<{ ok: true; user: User } | Refusal> {
	const link = parseLink(values)
	const user = link && (await findUser(link.user_id))
	if (!link || !user?.active) return refusal("link_invalid")
	const { periodSeconds } = config.verification
	const state = checkLink("verify", link, user, { periodSeconds, now: client.now })
	if (state !== "valid") return refusal(state)
	return user.emailVerifiedAt === null ? { ok: true, user } : refusal("link_invalid")
}

/**
 * Verifies the address that a link was mailed to; a link works once.
 *
 * @returns refusals `link_invalid`, `link_expired`
 */
export async function verify(
	values: Record<string, unknown>,
	client: Client,
): Promise<{ ok: true; user: User } | Refusal> {
	const checked = await checkVerificationLink(values, client)
	if (!checked.ok) return checked
	const { user } = checked
	if (!(await markVerified(user, client.now))) return refusal("link_invalid")
	log.info({ event: "user.verified", user_id: user.id }, "Address verified")
	return { ok: true, user: { ...user, emailVerifiedAt: client.now } }
}

/**
 * Mails a new link, if there is an account that needs one; the answer never tells. The account's limit counts
 * addresses as they are typed, so that it is the same for those without an account.
 *
 * @returns refusal `rate_limited`
 */
export async function resendVerification(
	email: { key: string },
	client: Client,
): Promise<{ ok: true } | Refusal> {
	const limited = await charge(["mailPerAddress", client.address], ["mailPerAccount", email.key])
	if (limited) return limited
	afterAnswer(() => mailNewLink(email.key, client.now))
	return { ok: true }
}

async function mailNewLink(emailKey: string, now: Date): Promise<void> {
	const user = await findUserByEmail(emailKey)
	if (!config.verification.enabled || !user?.active || user.emailVerifiedAt !== null) return
	await enqueueMail({ kind: "verify", user, now })
	log.info({ event: "verification.resent", user_id: user.id }, "Verification mail asked for again")
}
