import { type Adapter, Lucia, TimeSpan } from "lucia"
import { config } from "../../auth.config"
import { db, execute, isDatabaseUnavailable, query, sql } from "../../db/client.server"
import type { Session } from "../../db/generated/client"
import { insertInto } from "../../db/statement.server"
import { log } from "../../log.server"
import type { User } from "../user/user.server"

/** What Lucia keeps beside a session's id, user and expiry: the rest of its row, and what decides its expiry at the start. */
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
		if (!row || row["session.expiresAt"] <= new Date()) return [null, null]
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
	async setSession({ id, userId, expiresAt, attributes: { remember, ...columns } }) {
		const { absoluteExpiresAt, epoch } = columns
		const until = remember ? absoluteExpiresAt : earlier(expiresAt, absoluteExpiresAt)
		const row = { ...columns, id, userId, expiresAt: until } satisfies Session
		const inserted = await execute(
			insertInto("Session", row, sql`"User" WHERE "id" = ${userId} AND "epoch" = ${epoch} AND "active"`),
		)
		if (inserted === 0) throw new AccountEnded()
	},
	async updateSessionExpiration(id, expiresAt) {
		try {
			await execute(sql`UPDATE "Session" SET "lastSeenAt" = ${new Date()}, "expiresAt" =
				CASE WHEN ${expiresAt} < "absoluteExpiresAt" THEN ${expiresAt} ELSE "absoluteExpiresAt" END
				WHERE "id" = ${id} AND "expiresAt" < "absoluteExpiresAt"`)
		} catch (error) {
			// A full disk must not sign people out who could still read: the session ends a little earlier.
			if (!isDatabaseUnavailable(error)) throw error
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

export const lucia = new Lucia(adapter, {
	sessionExpiresIn: new TimeSpan(config.session.expirySeconds, "s"),
	getSessionAttributes: (attributes) => attributes,
	getUserAttributes: (attributes) => attributes,
})

export function earlier(a: Date, b: Date): Date {
	return a < b ? a : b
}
