import { createHmac, hkdfSync } from "node:crypto"
import type { LinkFields } from "./client"
import type { Row } from "./rows"

/**
 * Signs a link as the server does (see `app/auth/link.server.ts`), for one that cannot be had by mail in a test's
 * time: too old, from the future, for another purpose.
 */
export function forgeLink(
	secret: string,
	user: Row,
	options: { ageSeconds?: number; purpose?: string } = {},
): LinkFields {
	const { ageSeconds = 0, purpose = "verify" } = options
	const timestamp = String(Math.floor(Date.now() / 1000) - ageSeconds)
	const message = JSON.stringify([user.id, timestamp, user.emailKey, user.epoch, user.emailVerifiedAt])
	const key = Buffer.from(hkdfSync("sha256", secret, "", `gatehouse/link/${purpose}`, 32))
	const signature = createHmac("sha256", key).update(message).digest("base64url")
	return { user_id: String(user.id), timestamp, signature }
}
