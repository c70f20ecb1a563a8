import { randomUUID } from "node:crypto"
import type { z } from "zod"
import { config } from "../../auth.config"
import {
	allOfUser,
	db,
	execute,
	inTransaction,
	isUniqueViolation,
	query,
	sql,
	type Transaction,
} from "../../db/client.server"
import type { Prisma, User } from "../../db/generated/client"
import { parseMailAddress } from "../../mail/address.server"
import { enqueueMail, type MailKind } from "../../mail/outbox.server"
import type { Faults } from "../fault"
import { type Refusal, refusal } from "../refusal"
import type { registerSchema } from "../schema"
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

/** Whether the address must be proven before its owner can sign in. */
export function needsVerification(user: User): boolean {
	return config.verification.enabled && user.emailVerifiedAt === null
}

/** What registration asks for, except the password. A field that is added there needs a column of the same name. */
export type Profile = Omit<z.output<typeof registerSchema>, "password" | "confirm_password">

export type NewUser = {
	passwordHash: string
	/** What to mail with it. */
	mail: MailKind | null
	/** Its mailbox had enough: as much is done, and nothing is mailed. */
	isMailWithheld?: boolean
	/** Where the mailed link leads on to. */
	redirectTo?: string | null
	/**
	 * The registration of this browser, by its user's id: the same name again, such as with another address, takes its
	 * place.
	 */
	replaces?: string | null
	/** For people who are put in by hand, see `prisma/seed.ts` and `app/admin/`. */
	emailVerifiedAt?: Date
	superuser?: boolean
	now: Date
}

/**
 * Writes the user and the mail that tells of it in one transaction. The unique indexes decide who gets the name, and
 * who owns the address: with verification, nobody does until it is proven.
 *
 * @returns refusal `validation_failed`: the name is taken, or the address
 */
export async function createUser(
	{ username, email, ...columns }: Profile,
	{ passwordHash, mail, isMailWithheld, redirectTo, replaces, emailVerifiedAt, superuser, now }: NewUser,
): Promise<{ ok: true; user: User } | Refusal<"validation_failed">> {
	const isOwned = emailVerifiedAt !== undefined || !config.verification.enabled
	const data = {
		...columns,
		id: randomUUID(),
		username,
		usernameKey: usernameKey(username),
		email: email.address,
		emailKey: email.key,
		ownedEmailKey: isOwned ? email.key : null,
		unprovenUntil: isOwned ? null : unprovenUntil(now),
		passwordHash,
		emailVerifiedAt: emailVerifiedAt ?? null,
		superuser: superuser ?? false,
		createdAt: now,
		updatedAt: now,
	}
	try {
		const user = await inTransaction(async (transaction) => {
			const { usernameKey } = data
			if (replaces) await transaction.user.deleteMany({ where: { id: replaces, usernameKey, ...unproven } })
			const created = await transaction.user.create({ data })
			const addressee = isMailWithheld ? null : created
			if (mail) await enqueueMail({ kind: mail, user: addressee, redirectTo, now }, transaction)
			return created
		})
		return { ok: true, user }
	} catch (error) {
		if (!isUniqueViolation(error)) throw error
		const { usernameKey } = data
		const namesake = await db.user.findUnique({ where: { usernameKey }, select: { id: true } })
		const faults: Faults = namesake
			? { username: [{ code: "username_taken" }] }
			: { email: [{ code: "email_taken" }] }
		return refusal("validation_failed", { faults })
	}
}

export async function findUser(id: string): Promise<User | null> {
	return findOne(sql`"id" = ${id}`)
}

/** Who owns an address. */
export async function findUserByEmail(emailKey: string): Promise<User | null> {
	return findOne(sql`"ownedEmailKey" = ${emailKey}`)
}

/** What somebody types to sign in: a user name, or a mail address (which has an `@`, as no user name has). */
export function identifierKey(identifier: string): string {
	const trimmed = identifier.trim()
	return trimmed.includes("@")
		? (parseMailAddress(trimmed)?.key ?? trimmed.toLowerCase())
		: usernameKey(trimmed)
}

/** A mail address leads to its owner, never to somebody who waits for it: that would tell whether it was free. */
export async function findUserByIdentifier(key: string): Promise<User | null> {
	return key.includes("@") ? findUserByEmail(key) : findOne(sql`"usernameKey" = ${key}`)
}

/**
 * Who still has to prove an address. @param preferred the id of the one that goes before others; else the newest does
 */
export async function findUnproven(emailKey: string, preferred: string | null): Promise<User | null> {
	return findOne(sql`"emailKey" = ${emailKey} AND "emailVerifiedAt" IS NULL AND "active"
		ORDER BY CASE WHEN "id" = ${preferred ?? ""} THEN 0 ELSE 1 END, "createdAt" DESC LIMIT 1`)
}

async function findOne(condition: Prisma.Sql): Promise<User | null> {
	// PostgreSQL takes no NUL, not even to say that nobody is called that.
	if (condition.values.some((value) => String(value).includes("\0"))) return null
	const [user] = await query<User>(sql`SELECT ${allOfUser} FROM "User" WHERE ${condition}`)
	return user ?? null
}

/** Whether others wait for the address that this user waits for. */
export async function isContested({ id, emailKey }: User): Promise<boolean> {
	return (await db.user.count({ where: { emailKey, emailVerifiedAt: null, id: { not: id } } })) > 0
}

/** A new link was asked for: the registration waits as long as that works. */
export async function extendRegistration(
	{ id }: Pick<User, "id">,
	now: Date,
	transaction: Pick<Transaction, "user">,
): Promise<void> {
	await transaction.user.updateMany({
		where: { id, unprovenUntil: { not: null } },
		data: { unprovenUntil: unprovenUntil(now) },
	})
}

/** From now on, only links that are made after this choose a new password. */
export async function noteResetRequest(
	{ id, epoch }: Pick<User, "id" | "epoch">,
	now: Date,
	transaction: Pick<Transaction, "user">,
): Promise<void> {
	await transaction.user.updateMany({ where: { id, epoch }, data: { resetRequestedAt: now } })
}

/** @returns whether there was still a registration to remove */
export async function removeRegistration({ id, epoch, emailKey }: User): Promise<boolean> {
	const where = { id, epoch, emailKey, ...unproven }
	return (await db.user.deleteMany({ where })).count === 1
}

/** The same password, hashed anew: nothing else changes, so nothing ends. @returns whether it was still the old one */
export async function replaceHash({ id, passwordHash }: User, newHash: string): Promise<boolean> {
	return (
		(await db.user.updateMany({ where: { id, passwordHash }, data: { passwordHash: newHash } })).count === 1
	)
}

/** A registration that was never confirmed; an account whose address was ever proven is none. */
const unproven = { emailVerifiedAt: null, unprovenUntil: { not: null } } satisfies Prisma.UserWhereInput

export async function noteSignIn(id: string, now: Date): Promise<void> {
	await execute(sql`UPDATE "User" SET "lastSignedInAt" = ${now} WHERE "id" = ${id}`)
}

function unprovenUntil(now: Date): Date {
	return new Date(now.getTime() + config.verification.periodSeconds * 1000)
}
