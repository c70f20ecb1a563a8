import { randomUUID } from "node:crypto"
import { db, execute, inTransaction, isUniqueViolation, query, sql } from "../../db/client.server"
import type { Prisma, User } from "../../db/generated/client"
import { type MailAddress, parseMailAddress } from "../../mail/address.server"
import { enqueueMail, type MailKind } from "../../mail/outbox.server"
import { usernameKey } from "./username"

export type { User }

/** What people see of their own account, as the wire contract spells it. */
export function publicUser(user: User) {
	return {
		id: user.id,
		username: user.username,
		email: user.email,
		verified: user.emailVerifiedAt !== null,
		active: user.active,
		superuser: user.superuser,
		created_at: user.createdAt.toISOString(),
	}
}

export type PublicUser = ReturnType<typeof publicUser>

export type NewUser = {
	username: string
	email: MailAddress
	passwordHash: string
	/** What to mail with it. */
	mail: MailKind | null
	/** For people who are put in by hand, see `prisma/seed.ts`. */
	emailVerifiedAt?: Date
	now: Date
}

/**
 * Writes the user and the mail that tells of it in one transaction. The unique indexes decide who gets the name and
 * the address.
 */
export async function createUser(
	input: NewUser,
): Promise<{ ok: true; user: User } | { ok: false; taken: "username" | "email" }> {
	const { username, email, passwordHash, mail, emailVerifiedAt, now } = input
	const data = {
		id: randomUUID(),
		username,
		usernameKey: usernameKey(username),
		email: email.address,
		emailKey: email.key,
		passwordHash,
		emailVerifiedAt: emailVerifiedAt ?? null,
		createdAt: now,
		updatedAt: now,
	}
	try {
		const user = await inTransaction(async (transaction) => {
			const created = await transaction.user.create({ data })
			if (mail) await enqueueMail({ kind: mail, user: created, now }, transaction)
			return created
		})
		return { ok: true, user }
	} catch (error) {
		if (!isUniqueViolation(error)) throw error
		const namesake = await db.user.findUnique({
			where: { usernameKey: data.usernameKey },
			select: { id: true },
		})
		return { ok: false, taken: namesake ? "username" : "email" }
	}
}

export async function findUser(id: string): Promise<User | null> {
	return db.user.findUnique({ where: { id } })
}

export async function findUserByEmail(emailKey: string): Promise<User | null> {
	return findOne(sql`"emailKey" = ${emailKey}`)
}

/** What somebody types to sign in: a user name, or a mail address (which has an `@`, as no user name has). */
export function identifierKey(identifier: string): string {
	const trimmed = identifier.trim()
	return trimmed.includes("@")
		? (parseMailAddress(trimmed)?.key ?? trimmed.toLowerCase())
		: usernameKey(trimmed)
}

export async function findUserByIdentifier(key: string): Promise<User | null> {
	return key.includes("@") ? findUserByEmail(key) : findOne(sql`"usernameKey" = ${key}`)
}

async function findOne(condition: Prisma.Sql): Promise<User | null> {
	const [user] = await query<User>(sql`SELECT * FROM "User" WHERE ${condition}`)
	return user ?? null
}

/** One conditional update: of many at once, one succeeds. @returns whether this call did it. */
export async function markVerified(user: User, now: Date): Promise<boolean> {
	const { id, epoch, emailKey } = user
	const where = { id, epoch, emailKey, emailVerifiedAt: null, active: true }
	return (await db.user.updateMany({ where, data: { emailVerifiedAt: now } })).count === 1
}

export async function noteSignIn(id: string, now: Date): Promise<void> {
	await execute(sql`UPDATE "User" SET "lastSignedInAt" = ${now} WHERE "id" = ${id}`)
}
