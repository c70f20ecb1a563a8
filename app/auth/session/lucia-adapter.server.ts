import { setTimeout as pause } from "node:timers/promises"
import { type Adapter, type DatabaseSession, Lucia, TimeSpan } from "lucia"
import { config } from "../../auth.config"
import { currentTime } from "../../clock.server"
import {
	db,
	execute,
	held,
	isDatabaseUnavailable,
	query,
	raw,
	sessionColumns,
	sql,
	userColumns,
} from "../../db/client.server"
import type { Session } from "../../db/generated/client"
import { insertInto, withValues } from "../../db/statement.server"
import { log } from "../../log.server"
import type { User } from "../user/user.server"

/** A page does not wait longer for its session's new end, where another process has the database locked. */
const MAX_EXTENDING_MS = 200
/**
 * How far ahead another process's clock may be: more is noticed sooner by what goes wrong there. A session that began
 * later than this began by a clock that was set forward, and back since: its end would be late by as much.
 */
const MAX_AHEAD_MS = 60 * 60 * 1000

/**
 * What Lucia keeps beside a session's id and user: the rest of its row. The end that is stored is `until`; Lucia's own
 * is by the system's clock, which may have been set, and put off even where that could not be written.
 */
type SessionAttributes = Omit<Session, "id" | "userId" | "expiresAt"> & { until: Date }

declare module "lucia" {
	interface Register {
		Lucia: typeof lucia
		DatabaseSessionAttributes: SessionAttributes
		DatabaseUserAttributes: User
	}
}

/** The account was deleted, deactivated or reset since it was read: it gets no session. */
export class AccountEnded extends Error {}

/** Finds a session and its user by the session's id: two objects in one row. */
const selectWithUser = withValues(
	sql`SELECT ${raw(
		[
			...sessionColumns.map((column) => `s."${column}" AS "session.${column}"`),
			...userColumns.map((column) => `u."${column}" AS "user.${column}"`),
		].join(", "),
	)} FROM "Session" s JOIN "User" u ON u."id" = s."userId" WHERE s."id" = ${"any"}`,
)

/** Lucia over Prisma. Updates never insert: a session that was ended in the meantime stays ended. */
export const adapter: Adapter = {
	async getSessionAndUser(id) {
		const [row] = await query<{ session: Session; user: User }>(selectWithUser(id))
		const now = currentTime()
		if (!row || row.session.expiresAt <= now) return [null, null]
		if (row.session.createdAt.getTime() - now.getTime() > MAX_AHEAD_MS) return [null, null]
		return [asLuciaKnowsIt(row.session), { id: row.user.id, attributes: row.user }]
	},
	async getUserSessions(userId) {
		const rows = await db.session.findMany({ where: { userId } })
		return rows.map(asLuciaKnowsIt)
	},
	async setSession({ id, userId, attributes: { until, ...columns } }) {
		const { epoch } = columns
		const row = { ...columns, id, userId, expiresAt: until } satisfies Session
		const inserted = await execute(
			insertInto(
				"Session",
				row,
				sql`"User" WHERE "id" = ${userId} AND "epoch" = ${epoch} AND "active" ${held}`,
			),
		)
		if (inserted === 0) throw new AccountEnded()
	},
	/**
	 * That is left to {@link extendSession}: Lucia extends only in the second half of the time, which would end a session
	 * after half an hour without use.
	 */
	async updateSessionExpiration() {},
	async deleteSession(id) {
		await db.session.deleteMany({ where: { id } })
	},
	async deleteUserSessions(userId) {
		await db.session.deleteMany({ where: { userId } })
	},
	async deleteExpiredSessions() {
		await db.session.deleteMany({ where: { expiresAt: { lte: currentTime() } } })
	},
}

export const lucia = new Lucia(adapter, {
	sessionExpiresIn: new TimeSpan(config.session.expirySeconds, "s"),
	getSessionAttributes: (attributes) => attributes,
	getUserAttributes: (attributes) => attributes,
})

function asLuciaKnowsIt({ id, userId, expiresAt, ...attributes }: Session): DatabaseSession {
	return { id, userId, expiresAt, attributes: { ...attributes, until: expiresAt } }
}

/** @returns whether its new end is stored: where it cannot be written, or not at once, the session ends a little earlier */
export function extendSession(id: string, until: Date): Promise<boolean> {
	return Promise.race([storeEnd(id, until), pause(MAX_EXTENDING_MS, false)])
}

async function storeEnd(id: string, until: Date): Promise<boolean> {
	try {
		const changed = await execute(sql`UPDATE "Session" SET "lastSeenAt" = ${currentTime()}, "expiresAt" =
			CASE WHEN ${until} < "absoluteExpiresAt" THEN ${until} ELSE "absoluteExpiresAt" END
			WHERE "id" = ${id} AND "expiresAt" < "absoluteExpiresAt"`)
		return changed > 0
	} catch (error) {
		// A full disk must not sign out people who can still read.
		if (!isDatabaseUnavailable(error)) throw error
		log.warn({ event: "session.not_extended" }, "A session could not be extended")
		return false
	}
}

/** When a session ends that is not used from then on. */
export function expiryFrom(time: Date): Date {
	return new Date(time.getTime() + config.session.expirySeconds * 1000)
}

export function earlier(a: Date, b: Date): Date {
	return a < b ? a : b
}
