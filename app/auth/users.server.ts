import type { z } from "zod"
import { config } from "../auth.config"
import {
	allOfUser,
	alone,
	db,
	inTransaction,
	isUniqueViolation,
	query,
	sql,
	type Transaction,
} from "../db/client.server"
import type { Caller } from "./caller"
import { emit } from "./event.server"
import { type Refusal, refusal } from "./refusal"
import type { userChangeSchema } from "./schema"
import type { SignedIn } from "./session/session.server"
import {
	aloneWithAddress,
	enqueueNotice,
	limitNotice,
	type Notice,
	nothingPending,
	removeRivals,
} from "./user/change.server"
import { findUser, type User } from "./user/user.server"
import { usernameKey } from "./user/username"

type UserChange = Pick<
	z.output<typeof userChangeSchema>,
	"username" | "email" | "active" | "superuser" | "verified"
>

/** For a list of accounts. What is searched for can be as long as an address. */
export const LIST_BOUNDS = {
	maxSearchLength: 254,
	maxPage: 1_000_000,
	maxPageSize: 100,
	pageSize: 20,
} as const

/** Held by what may take a superuser away: each of two at once would find the other one still there. */
const LAST_SUPERUSER = "last superuser"

/** Accounts by user name. @param search part of a user name or an address; `""` finds all */
export async function listUsers(options: {
	search: string
	page: number
	pageSize: number
}): Promise<{ users: User[]; total: number }> {
	const { search, page, pageSize } = options
	// SQLite takes a NUL for the end of a pattern; PostgreSQL takes none at all.
	const pattern = `%${search
		.replaceAll("\0", "\ufffd")
		.toLowerCase()
		.replace(/[\\%_]/g, "\\$&")}%`
	const found = sql`"User" WHERE "usernameKey" LIKE ${pattern} ESCAPE '\\' OR "emailKey" LIKE ${pattern} ESCAPE '\\'`
	const users = await query<User>(
		sql`SELECT ${allOfUser} FROM ${found} ORDER BY "usernameKey" LIMIT ${pageSize} OFFSET ${(page - 1) * pageSize}`,
	)
	const [counted] = await query<{ total: number | bigint }>(sql`SELECT count(*) AS "total" FROM ${found}`)
	return { users, total: Number(counted?.total ?? 0) }
}

/** @param id anything, even what is no id */
export async function readUser(id: string): Promise<User | null> {
	return /^[0-9a-f-]{36}$/.test(id) ? findUser(id) : null
}

/**
 * Changes an account for a superuser; what is not given stays. A new address is unverified unless `verified` comes with
 * it, and the old one is told, unless nobody ever confirmed it (OWASP ASVS 5, V6.3.7). A change that takes something
 * away ends the account's sessions and links, except the session in which it is done.
 *
 * @param by who changes it, and in which session; null for the operator
 * @returns refusals `not_found`; `validation_failed`: a name or an address that is taken, or the last active superuser;
 *   `unauthenticated`: `by` lost the right to it meanwhile
 */
export async function updateUser(
	id: string,
	change: UserChange,
	by: SignedIn | null,
	caller: Caller,
): Promise<{ ok: true; user: User } | Refusal<"not_found" | "validation_failed" | "unauthenticated">> {
	try {
		const updated = await inTransaction((transaction) =>
			update(id, change, { by, now: caller.now }, transaction),
		)
		if (!updated.ok) return updated
		if (updated.notice) await limitNotice(updated.notice, caller)
		emit("user.updated", updated.user, caller)
		return { ok: true, user: updated.user }
	} catch (error) {
		if (!isUniqueViolation(error)) throw error
		const key = change.username === undefined ? "" : usernameKey(change.username)
		const namesake = await db.user.count({ where: { usernameKey: key, id: { not: id } } })
		return namesake > 0 ? refused("username", "username_taken") : refused("email", "email_of_another")
	}
}

/**
 * Deletes an account with all its sessions, for a superuser.
 *
 * @returns refusals `not_found`; `validation_failed`: the last active superuser; `unauthenticated`: as above
 */
export async function deleteUser(
	id: string,
	by: SignedIn,
	caller: Caller,
): Promise<{ ok: true } | Refusal<"not_found" | "validation_failed" | "unauthenticated">> {
	const deleted = await inTransaction(async (transaction) => {
		await alone(LAST_SUPERUSER, transaction)
		if (!(await isStillSuperuser(by, transaction))) return refusal("unauthenticated")
		const user = await holdUser(id, transaction)
		if (!user) return refusal("not_found")
		if (canAdminister(user) && (await isLastSuperuser(id, transaction)))
			return refused("sure", "last_superuser")
		await transaction.user.delete({ where: { id } })
		return { ok: true, user } as const
	})
	if (!deleted.ok) return deleted
	emit("user.deleted", deleted.user, caller)
	return { ok: true }
}

async function update(
	id: string,
	change: UserChange,
	{ by, now }: { by: SignedIn | null; now: Date },
	transaction: Transaction,
): Promise<
	| { ok: true; user: User; notice: Notice | null }
	| Refusal<"not_found" | "validation_failed" | "unauthenticated">
> {
	await alone(LAST_SUPERUSER, transaction)
	if (by && !(await isStillSuperuser(by, transaction))) return refusal("unauthenticated")
	// Which address it is has to be known before the row is held.
	const found = change.verified && (await transaction.user.findUnique({ where: { id } }))
	if (found) await aloneWithAddress(change.email?.key ?? found.emailKey, transaction)
	const before = await holdUser(id, transaction)
	if (!before) return refusal("not_found")

	const { columns, isNewAddress, takesAway } = columnsOf(change, before, now)
	if (canAdminister(before) && !canAdminister(columns) && (await isLastSuperuser(id, transaction)))
		return refused(fieldAtFault(change), "last_superuser")
	if (isNewAddress && (await isOwnedByAnother(columns.emailKey, id, transaction)))
		return refused("email", "email_of_another")
	const epoch = before.epoch + (takesAway ? 1 : 0)
	const ended = takesAway ? { ...nothingPending(), resetRequestedAt: null } : {}
	const user = await transaction.user.update({ where: { id }, data: { ...columns, ...ended, epoch } })
	if (columns.emailVerifiedAt && !before.emailVerifiedAt) await removeRivals(user, transaction)
	if (takesAway) await endSessions(user, by, transaction)
	// Making it unverified just before must not keep it from its owner; a registration that nobody confirmed has none.
	const isOwners = before.emailVerifiedAt !== null || before.unprovenUntil === null
	const notice =
		isNewAddress && isOwners ? await enqueueNotice("email_changed", before, now, transaction) : null
	return { ok: true, user, notice }
}

/**
 * Whether the superuser is still what she was when let in: she may have waited for the one who demotes her. Whatever
 * takes a role, a sign-in or an address away raises the epoch.
 */
async function isStillSuperuser({ user }: SignedIn, transaction: Transaction): Promise<boolean> {
	return (await transaction.user.count({ where: { id: user.id, epoch: user.epoch, superuser: true } })) > 0
}

/** The account, which nobody else changes before the transaction has ended. */
async function holdUser(id: string, transaction: Transaction): Promise<User | null> {
	// Changes nothing, but holds the row.
	await transaction.$executeRaw(sql`UPDATE "User" SET "epoch" = "epoch" WHERE "id" = ${id}`)
	return transaction.user.findUnique({ where: { id } })
}

function columnsOf(change: UserChange, before: User, now: Date) {
	const { username = before.username, email, active = before.active, superuser = before.superuser } = change
	const emailKey = email?.key ?? before.emailKey
	const isNewAddress = emailKey !== before.emailKey
	const verifiedAt = isNewAddress ? null : before.emailVerifiedAt
	const emailVerifiedAt = (change.verified ?? verifiedAt !== null) ? (verifiedAt ?? now) : null
	const isDecided = isNewAddress || change.verified !== undefined
	const isOwned = emailVerifiedAt !== null || !config.verification.enabled
	const columns = {
		username,
		usernameKey: usernameKey(username),
		email: email?.address ?? before.email,
		emailKey,
		emailVerifiedAt,
		ownedEmailKey: isOwned ? emailKey : null,
		// An account that a superuser has looked at is no registration that runs out.
		unprovenUntil: isDecided ? null : before.unprovenUntil,
		active,
		superuser,
	}
	const isUnverified = before.emailVerifiedAt !== null && emailVerifiedAt === null
	const isDemoted = (before.active && !active) || (before.superuser && !superuser)
	return { columns, isNewAddress, takesAway: isDemoted || isNewAddress || isUnverified }
}

async function isOwnedByAnother(emailKey: string, id: string, transaction: Transaction): Promise<boolean> {
	return (await transaction.user.count({ where: { ownedEmailKey: emailKey, id: { not: id } } })) > 0
}

/** A superuser who changes her own account stays signed in, as long as she may. */
async function endSessions(user: User, by: SignedIn | null, transaction: Transaction): Promise<void> {
	const isOwn = user.id === by?.user.id && user.active && user.superuser
	const kept = (isOwn && by?.session.id) || ""
	await transaction.session.deleteMany({ where: { userId: user.id, id: { not: kept } } })
	if (kept) await transaction.session.updateMany({ where: { id: kept }, data: { epoch: user.epoch } })
}

/** Somebody who can't sign in is no superuser to rely on. */
function canAdminister({
	superuser,
	active,
	emailVerifiedAt,
}: Pick<User, "superuser" | "active" | "emailVerifiedAt">) {
	return superuser && active && (emailVerifiedAt !== null || !config.verification.enabled)
}

async function isLastSuperuser(id: string, transaction: Transaction): Promise<boolean> {
	const verified = config.verification.enabled ? { emailVerifiedAt: { not: null } } : {}
	const where = { superuser: true, active: true, ...verified, id: { not: id } }
	return (await transaction.user.count({ where })) === 0
}

function fieldAtFault({ active, superuser, verified }: UserChange): string {
	if (active === false) return "active"
	if (superuser === false) return "superuser"
	return verified === false ? "verified" : "email"
}

function refused(field: string, code: "username_taken" | "email_of_another" | "last_superuser") {
	return refusal("validation_failed", { faults: { [field]: [{ code }] } })
}
