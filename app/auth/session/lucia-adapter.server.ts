import { setTimeout as pause } from "node:timers/promises"
import { type Adapter, Lucia, TimeSpan } from "lucia"
import { config } from "../../auth.config"
import { currentTime } from "../../clock.server"
import { db, execute, held, isDatabaseUnavailable, query, sql } from "../../db/client.server"
import type { Session } from "../../db/generated/client"
import { insertInto } from "../../db/statement.server"
import { log } from "../../log.server"
import type { User } from "../user/user.server"

/** A page does not wait longer for its session's new end, where another process has the database locked. */
const MAX_EXTENDING_MS = 200

/**
 * What Lucia keeps beside a session's id, user and expiry: the rest of its row, and what decides its expiry at the
 * start.
 */
type SessionAttributes = Omit<Session, "id" | "userId" | "expiresAt"> & { remember?: boolean }

declare module "lucia" {
	interface Register {
		Lucia: typeof lucia
		DatabaseSessionAttributes: SessionAttributes
		DatabaseUserAttributes: User
	}
}

/** The account was deleted, deactivated or reset since it was read: it gets no session. */
export class AccountEnded extends Error {}

/** The session's columns under names that no column of the user has, which a fork may call as it likes. */
type SessionColumns = {
	[Column in Exclude<keyof Session, "id" | "userId"> as `session.${Column}`]: Session[Column]
}

/** Lucia over Prisma. Updates never insert: a session that was ended in the meantime stays ended. */
export const adapter: Adapter = {
	async getSessionAndUser(id) {
		const [row] = await query<User & SessionColumns>(sql`
			SELECT u.*, s."backend" AS "session.backend", s."epoch" AS "session.epoch", s."expiresAt" AS "session.expiresAt",
				s."absoluteExpiresAt" AS "session.absoluteExpiresAt", s."createdAt" AS "session.createdAt",
				s."lastSeenAt" AS "session.lastSeenAt", s."address" AS "session.address",
				s."userAgent" AS "session.userAgent"
			FROM "Session" s JOIN "User" u ON u."id" = s."userId" WHERE s."id" = ${id}`)
		if (!row || row["session.expiresAt"] <= currentTime()) return [null, null]
		const {
			"session.backend": backend,
			"session.epoch": epoch,
			"session.expiresAt": expiresAt,
			"session.absoluteExpiresAt": absoluteExpiresAt,
			"session.createdAt": createdAt,
			"session.lastSeenAt": lastSeenAt,
			"session.address": address,
			"session.userAgent": userAgent,
			...user
		} = row
		const attributes = { backend, epoch, absoluteExpiresAt, createdAt, lastSeenAt, address, userAgent }
		return [
			{ id, userId: user.id, expiresAt, attributes },
			{ id: user.id, attributes: user },
		]
	},
	async getUserSessions(userId) {
		const rows = await db.session.findMany({ where: { userId } })
		return rows.map(({ id, userId, expiresAt, ...attributes }) => ({ id, userId, expiresAt, attributes }))
	},
	async setSession({ id, userId, attributes: { remember, ...columns } }) {
		const { absoluteExpiresAt, createdAt, epoch } = columns
		// Lucia's own end is by the system's clock, which may have been set back.
		const until = remember ? absoluteExpiresAt : earlier(expiryFrom(createdAt), absoluteExpiresAt)
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
	async updateSessionExpiration(id, expiresAt) {
		await Promise.race([extendSession(id, expiresAt), pause(MAX_EXTENDING_MS)])
	},
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

async function extendSession(id: string, expiresAt: Date): Promise<void> {
	try {
		await execute(sql`UPDATE "Session" SET "lastSeenAt" = ${currentTime()}, "expiresAt" =
			CASE WHEN ${expiresAt} < "absoluteExpiresAt" THEN ${expiresAt} ELSE "absoluteExpiresAt" END
			WHERE "id" = ${id} AND "expiresAt" < "absoluteExpiresAt"`)
	} catch (error) {
		// A full disk must not sign people out who could still read: the session ends a little earlier.
		if (!isDatabaseUnavailable(error)) throw error
		log.warn({ event: "session.not_extended" }, "A session could not be extended")
	}
}

/** When a session ends that is not used from then on. */
export function expiryFrom(time: Date): Date {
	return new Date(time.getTime() + config.session.expirySeconds * 1000)
}

export function earlier(a: Date, b: Date): Date {
	return a < b ? a : b
}
