import { createHmac, hkdfSync } from "node:crypto"
import type { LinkFields } from "./client"
import type { Row } from "./rows"

/** A time as the server signs it. */
const time = (value: Row[string] | undefined) => (value ? Date.parse(String(value)) : null)

/** What each purpose signs beside who and when. */
const signedStates: Record<string, (user: Row) => unknown[]> = {
	verify: (user) => [user.emailKey, user.epoch, time(user.emailVerifiedAt)],
	reset: (user) => [user.emailKey, user.epoch, time(user.resetRequestedAt)],
	email_change: (user) => [user.emailKey, user.epoch, user.pendingEmailKey, time(user.pendingEmailAt)],
}

/**
 * Signs a link as the server does (see `app/auth/link.server.ts`), for one that cannot be had by mail in a test's
 * time: too old, from the future, for another purpose.
 */
export function forgeLink(
	secret: string,
	user: Row,
	options: { ageSeconds?: number; purpose?: keyof typeof signedStates } = {},
): LinkFields {
	const { ageSeconds = 0, purpose = "verify" } = options
	const timestamp = String(Math.floor(Date.now() / 1000) - ageSeconds)
	const message = JSON.stringify([user.id, timestamp, ...(signedStates[purpose]?.(user) ?? [])])
	const key = Buffer.from(hkdfSync("sha256", secret, "", `gatehouse/link/${purpose}`, 32))
	const signature = createHmac("sha256", key).update(message).digest("base64url")
	return { user_id: String(user.id), timestamp, signature }
}
