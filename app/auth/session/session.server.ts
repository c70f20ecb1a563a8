import { hash, randomBytes } from "node:crypto"
import { config } from "../../auth.config"
import { currentTime } from "../../clock.server"
import { execute, sql, type Transaction } from "../../db/client.server"
import type { Caller } from "../caller"
import type { User } from "../user/user.server"
import { AccountEnded, earlier, expiryFrom, extendSession, lucia } from "./lucia-adapter.server"

const MAX_USER_AGENT_LENGTH = 300
/** A session slides at most this often: a page is no reason to write to the database every time. */
const SLIDE_STEP_MS = 60_000

export type SignedIn = { user: User; session: CurrentSession }
export type CurrentSession = {
	/** Null for a back end that keeps no row of its sessions. */
	id: string | null
	expiresAt: Date
	absoluteExpiresAt: Date
	backend: string
}
/** Which back end hands out a session's token. */
type SessionBackend = "cookie" | "bearer"
/** How a cookie's session goes on. */
export type RenewedSession = {
	token: string
	expiresAt: Date
	/** How long the cookie outlives the browser; null for not at all. */
	keepUntil: Date | null
}
export type StartedSession = { token: string; expiresAt: Date; absoluteExpiresAt: Date }

/**
 * Starts a session under a new token, and ends the one that it replaces.
 *
 * @param remember lets the session live to its absolute end without being used.
 * @returns the token, 256 random bits as 43 base64url characters: only its SHA-256 is stored; null for an account that
 *   was deleted, deactivated or reset since it was read.
 */
export async function startSession(
	user: User,
	backend: SessionBackend,
	options: { remember: boolean; replaces: string | null },
	caller: Caller,
): Promise<StartedSession | null> {
	const token = newToken()
	const { now } = caller
	const absoluteExpiresAt = new Date(now.getTime() + config.session.maxExpirySeconds * 1000)
	const until = options.remember ? absoluteExpiresAt : earlier(expiryFrom(now), absoluteExpiresAt)
	const attributes = {
		until,
		backend,
		epoch: user.epoch,
		absoluteExpiresAt,
		createdAt: now,
		lastSeenAt: now,
		address: caller.address,
		userAgent: caller.userAgent.slice(0, MAX_USER_AGENT_LENGTH),
	}
	try {
		const { id } = await lucia.createSession(user.id, attributes, { sessionId: sessionId(token) })
		if (options.replaces) await endSession(options.replaces)
		await endOldest(user.id, id)
		return { token, expiresAt: until, absoluteExpiresAt }
	} catch (error) {
		if (error instanceof AccountEnded) return null
		throw error
	}
}

/**
 * Where an account has more sessions than it may, the oldest go. The limit is no bare parameter, for which SQLite would
 * plan the statement anew each time.
 *
 * @param newest never goes
 */
async function endOldest(userId: string, newest: string): Promise<void> {
	await execute(sql`DELETE FROM "Session" WHERE "userId" = ${userId} AND "id" <> ${newest} AND "id" NOT IN
		(SELECT "id" FROM "Session" WHERE "userId" = ${userId} AND "id" <> ${newest}
			ORDER BY "createdAt" DESC LIMIT ${config.session.maxPerAccount - 1} + 0)`)
}

/**
 * Finds who is signed in with this token, and slides the session's end while it is used.
 *
 * @param by the back end that was shown the token: one from a cookie is worth nothing as a bearer token, and vice versa
 */
export async function findSession(token: string, by: SessionBackend): Promise<SignedIn | null> {
	const { session, user } = await lucia.validateSession(sessionId(token))
	if (!session || !user.active || session.epoch !== user.epoch) return null
	const { id, absoluteExpiresAt, backend } = session
	if (backend !== by) return null
	const slid = earlier(expiryFrom(currentTime()), absoluteExpiresAt)
	const current = earlier(session.until, absoluteExpiresAt)
	const isDue = slid.getTime() - current.getTime() > SLIDE_STEP_MS
	const isExtended = isDue && (await extendSession(id, slid))
	return { user, session: { id, expiresAt: isExtended ? slid : current, absoluteExpiresAt, backend } }
}

/** Ending a session that is not there is no error. */
export async function endSession(token: string): Promise<void> {
	await lucia.invalidateSession(sessionId(token))
}

/**
 * Ends all sessions of an account whose epoch rose, except the one that made the call: that goes on at the new epoch, a
 * cookie's under a new token, any other's under its own.
 *
 * @param current null to end all
 * @returns null where there is no new token to hand out
 */
export async function endOtherSessions(
	{ id: userId, epoch }: Pick<User, "id" | "epoch">,
	current: CurrentSession | null,
	transaction: Pick<Transaction, "session">,
): Promise<RenewedSession | null> {
	const id = current?.id ?? ""
	await transaction.session.deleteMany({ where: { userId, id: { not: id } } })
	const token = current?.backend === "cookie" ? newToken() : null
	const data = { epoch, ...(token && { id: sessionId(token) }) }
	const { count } = await transaction.session.updateMany({ where: { id, userId }, data })
	if (!current || !token || count === 0) return null
	// Only a remembered session lives to its absolute end from the start.
	const isRemembered = current.expiresAt >= current.absoluteExpiresAt
	const { expiresAt, absoluteExpiresAt } = current
	return { token, expiresAt, keepUntil: isRemembered ? absoluteExpiresAt : null }
}

function newToken(): string {
	return randomBytes(32).toString("base64url")
}

function sessionId(token: string): string {
	return hash("sha256", token)
}
