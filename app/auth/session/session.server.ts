import { createHash, randomBytes } from "node:crypto"
import { config } from "../../auth.config"
import type { Caller } from "../caller"
import type { User } from "../user/user.server"
import { AccountEnded, adapter, earlier, lucia } from "./lucia-adapter.server"

const MAX_USER_AGENT_LENGTH = 300
/** A session slides at most this often: a page is no reason to write to the database every time. */
const SLIDE_STEP_MS = 60_000

export type SignedIn = {
	user: User
	session: { id: string; expiresAt: Date; absoluteExpiresAt: Date; backend: string }
}
export type StartedSession = { token: string; expiresAt: Date; absoluteExpiresAt: Date }

/**
 * Starts a session under a new token, and ends the one that it replaces.
 *
 * @param remember lets the session live to its absolute end without being used.
 * @returns the token, 256 random bits as 43 base64url characters: only its SHA-256 is stored; null for an account that was
 *   deleted, deactivated or reset since it was read.
 */
export async function startSession(
	user: User,
	caller: Caller,
	options: { remember: boolean; replaces: string | null },
): Promise<StartedSession | null> {
	const token = randomBytes(32).toString("base64url")
	const { now } = caller
	const absoluteExpiresAt = new Date(now.getTime() + config.session.maxExpirySeconds * 1000)
	const attributes = {
		backend: "cookie",
		epoch: user.epoch,
		absoluteExpiresAt,
		createdAt: now,
		lastSeenAt: now,
		address: caller.address,
		userAgent: caller.userAgent.slice(0, MAX_USER_AGENT_LENGTH),
		remember: options.remember,
	}
	try {
		const session = await lucia.createSession(user.id, attributes, { sessionId: sessionId(token) })
		if (options.replaces) await endSession(options.replaces)
		const expiresAt = options.remember ? absoluteExpiresAt : earlier(session.expiresAt, absoluteExpiresAt)
		return { token, expiresAt, absoluteExpiresAt }
	} catch (error) {
		if (error instanceof AccountEnded) return null
		throw error
	}
}

/** Finds who is signed in with this token, and slides the session's end while it is used. */
export async function findSession(token: string): Promise<SignedIn | null> {
	const { session, user } = await lucia.validateSession(sessionId(token))
	if (!session || !user.active || session.epoch !== user.epoch) return null
	const { id, absoluteExpiresAt, backend } = session
	// Lucia extends only in the second half of the time, which would end a session after half an hour without use.
	const slid = earlier(new Date(Date.now() + config.session.expirySeconds * 1000), absoluteExpiresAt)
	const current = earlier(session.expiresAt, absoluteExpiresAt)
	const isDue = slid.getTime() - current.getTime() > SLIDE_STEP_MS
	if (isDue) await adapter.updateSessionExpiration(id, slid)
	return { user, session: { id, expiresAt: isDue ? slid : current, absoluteExpiresAt, backend } }
}

/** Ending a session that is not there is no error. */
export async function endSession(token: string): Promise<void> {
	await lucia.invalidateSession(sessionId(token))
}

function sessionId(token: string): string {
	return createHash("sha256").update(token).digest("hex")
}
