import { createHash, randomBytes } from "node:crypto"
import { type Adapter, Lucia, TimeSpan } from "lucia"
import { config } from "../../auth.config"
import { db, execute, query, sql } from "../../db/client.server"
import type { Session } from "../../db/generated/client"
import { insertInto } from "../../db/statement.server"
import { log } from "../../log.server"
import type { Client } from "../caller"
import type { User } from "../user/user.server"

/** What Lucia keeps beside a session's id, user and expiry: the rest of its row. */
type SessionAttributes = Omit<Session, "id" | "userId" | "expiresAt">

declare module "lucia" {
	interface Register {
		Lucia: typeof lucia
		DatabaseSessionAttributes: SessionAttributes
		DatabaseUserAttributes: User
	}
}

type SessionUserRow = User &
	Omit<SessionAttributes, "epoch" | "createdAt"> & {
		userId: string
		expiresAt: Date
		sessionEpoch: number
		startedAt: Date
	}

const MAX_USER_AGENT_LENGTH = 300
/** A session slides at most this often: a page is no reason to write to the database every time. */
const SLIDE_STEP_MS = 60_000

export type SignedIn = { user: User; session: { expiresAt: Date; absoluteExpiresAt: Date; backend: string } }

/**
 * Starts a session under a new token, and ends the one that it replaces.
 *
 * @param remember lets the session live to its absolute end without being used.
 * @returns the token, 256 random bits as 43 base64url characters: only its SHA-256 is stored.
 */
export async function startSession(
	user: User,
	client: Client,
	options: { remember: boolean; replaces: string | null },
): Promise<{ token: string; expiresAt: Date; absoluteExpiresAt: Date }> {
	const token = randomBytes(32).toString("base64url")
	const now = client.now
	const absoluteExpiresAt = new Date(now.getTime() + config.session.maxExpirySeconds * 1000)
	const session = await lucia.createSession(
		user.id,
		{
			backend: "cookie",
			epoch: user.epoch,
			absoluteExpiresAt,
			createdAt: now,
			lastSeenAt: now,
			address: client.address,
			userAgent: client.userAgent.slice(0, MAX_USER_AGENT_LENGTH),
		},
		{ sessionId: sessionId(token) },
	)
	if (options.replaces) await endSession(options.replaces)
	if (!options.remember) return { token, expiresAt: session.expiresAt, absoluteExpiresAt }
	await adapter.updateSessionExpiration(session.id, absoluteExpiresAt)
	return { token, expiresAt: absoluteExpiresAt, absoluteExpiresAt }
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
	return { user, session: { expiresAt: isDue ? slid : current, absoluteExpiresAt, backend } }
}

/** Ending a session that is not there is no error. */
export async function endSession(token: string): Promise<void> {
	await lucia.invalidateSession(sessionId(token))
}

function sessionId(token: string): string {
	return createHash("sha256").update(token).digest("hex")
}

function earlier(a: Date, b: Date): Date {
	return a < b ? a : b
}

/** Lucia over Prisma. Updates never insert: a session that was ended in the meantime stays ended. */
const adapter: Adapter = {
	async getSessionAndUser(id) {
		const [row] = await query<SessionUserRow>(sql`
			SELECT u.*, s."userId", s."backend", s."epoch" AS "sessionEpoch", s."expiresAt", s."absoluteExpiresAt",
				s."createdAt" AS "startedAt", s."lastSeenAt", s."address", s."userAgent"
			FROM "Session" s JOIN "User" u ON u."id" = s."userId" WHERE s."id" = ${id}`)
		if (!row || row.expiresAt <= new Date()) return [null, null]
		const { userId, expiresAt, backend, absoluteExpiresAt, lastSeenAt, address, userAgent, ...rest } = row
		const { sessionEpoch: epoch, startedAt: createdAt, ...user } = rest
		const attributes = { backend, epoch, absoluteExpiresAt, createdAt, lastSeenAt, address, userAgent }
		return [
			{ id, userId, expiresAt, attributes },
			{ id: userId, attributes: user },
		]
	},
	async getUserSessions(userId) {
		const rows = await db.session.findMany({ where: { userId } })
		return rows.map(({ id, userId, expiresAt, ...attributes }) => ({ id, userId, expiresAt, attributes }))
	},
	async setSession({ id, userId, expiresAt, attributes }) {
		const row = { ...attributes, id, userId, expiresAt: earlier(expiresAt, attributes.absoluteExpiresAt) }
		await execute(insertInto("Session", row satisfies Session))
	},
	async updateSessionExpiration(id, expiresAt) {
		try {
			await execute(sql`UPDATE "Session" SET "lastSeenAt" = ${new Date()}, "expiresAt" =
				CASE WHEN ${expiresAt} < "absoluteExpiresAt" THEN ${expiresAt} ELSE "absoluteExpiresAt" END
				WHERE "id" = ${id} AND "expiresAt" < "absoluteExpiresAt"`)
		} catch {
			// A full disk must not sign people out who could still read: the session ends a little earlier.
			log.warn({ event: "session.not_extended" }, "A session could not be extended")
		}
	},
	async deleteSession(id) {
		await db.session.deleteMany({ where: { id } })
	},
	async deleteUserSessions(userId) {
		await db.session.deleteMany({ where: { userId } })
	},
	async deleteExpiredSessions() {
		await db.session.deleteMany({ where: { expiresAt: { lte: new Date() } } })
	},
}

const lucia = new Lucia(adapter, {
	sessionExpiresIn: new TimeSpan(config.session.expirySeconds, "s"),
	getSessionAttributes: (attributes) => attributes,
	getUserAttributes: (attributes) => attributes,
})
