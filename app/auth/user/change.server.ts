import type { z } from "zod"
import { alone, db, inTransaction, isUniqueViolation, type Transaction } from "../../db/client.server"
import type { Prisma, User } from "../../db/generated/client"
import { log } from "../../log.server"
import type { MailAddress } from "../../mail/address.server"
import { enqueueMail, releaseMail, withholdMail } from "../../mail/outbox.server"
import type { Caller } from "../caller"
import { mayNotify } from "../limit/mail-charges"
import type { profileSchema } from "../schema"
import { type CurrentSession, endOtherSessions, type RenewedSession } from "../session/session.server"
import { findUser } from "./user.server"
import { usernameKey } from "./username"

type NoticeKind = "password_changed" | "email_change_requested" | "email_changed"
/** A mail that waits, about an account as it was. */
export type Notice = { id: string; kind: NoticeKind; user: User }
type ProfileChange = z.output<typeof profileSchema>

/**
 * Sets the password of an account whose address a link has proven: it owns the address from now on, and all of its
 * sessions end. Tells the owner.
 *
 * @returns whether this call did it
 */
export async function replacePasswordByLink(
	user: User,
	passwordHash: string,
	caller: Caller,
): Promise<boolean> {
	const { now } = caller
	const { id, emailKey } = user
	const data = {
		passwordHash,
		resetRequestedAt: null,
		...proven(emailKey, user.emailVerifiedAt ?? now),
		...raised,
	}
	const state = { resetRequestedAt: user.resetRequestedAt }
	return changeAndTell("password_changed", user, state, data, caller, async (transaction) => {
		await removeRivals({ id, emailKey }, transaction)
		await transaction.session.deleteMany({ where: { userId: id } })
	})
}

/**
 * Sets the password of somebody signed in; all sessions but this one end. Tells the owner.
 *
 * @returns null when the account changed meanwhile
 */
export async function replacePassword(
	user: User,
	passwordHash: string,
	session: CurrentSession,
	caller: Caller,
): Promise<{ renewed: RenewedSession | null } | null> {
	let renewed: RenewedSession | null = null
	const data = { passwordHash, resetRequestedAt: null, ...raised }
	const isDone = await changeAndTell("password_changed", user, {}, data, caller, async (transaction) => {
		renewed = await endOtherSessions({ id: user.id, epoch: user.epoch + 1 }, session, transaction)
	})
	return isDone ? { renewed } : null
}

/**
 * Notes an address that is to take the place of the account's own, whoever owns it, and mails a link to it and a notice
 * to the account's own.
 *
 * @returns whether the account is still what was read
 */
export async function noteEmailChange(
	user: User,
	email: MailAddress,
	isMailWithheld: boolean,
	caller: Caller,
): Promise<boolean> {
	const { now } = caller
	const data = { pendingEmail: email.address, pendingEmailKey: email.key, pendingEmailAt: now }
	return changeAndTell("email_change_requested", user, {}, data, caller, async (transaction) => {
		const newcomer = isMailWithheld ? null : { id: user.id, email: email.address }
		await enqueueMail({ kind: "email_change", user: newcomer, now }, transaction)
	})
}

/** @returns whether the account is still what was read */
export async function forgetEmailChange(user: User): Promise<boolean> {
	return changeUser(user, {}, nothingPending())
}

/**
 * Gives the account its waiting address, which a link has proven; all sessions but this one end. Tells the old address.
 *
 * @param session null to end all
 * @returns null when the account changed meanwhile, or another owns the address
 */
export async function replaceEmail(
	user: User,
	session: CurrentSession | null,
	caller: Caller,
): Promise<{ renewed: RenewedSession | null } | null> {
	const { id, epoch, pendingEmail, pendingEmailKey, pendingEmailAt } = user
	const { now } = caller
	if (pendingEmail === null || pendingEmailKey === null) return null
	let renewed: RenewedSession | null = null
	const waiting = { pendingEmailKey, pendingEmailAt }
	const address = { email: pendingEmail, emailKey: pendingEmailKey, resetRequestedAt: null }
	const data = { ...proven(pendingEmailKey, now), ...raised, ...address }
	const isDone = await changeAndTell("email_changed", user, waiting, data, caller, async (transaction) => {
		await removeRivals({ id, emailKey: pendingEmailKey }, transaction)
		renewed = await endOtherSessions({ id, epoch: epoch + 1 }, session, transaction)
	})
	return isDone ? { renewed } : null
}

/**
 * Gives the address to whoever proved it; other registrations that wait for it are removed.
 *
 * @returns whether this call did it
 */
export async function markVerified(user: User, now: Date): Promise<boolean> {
	return changeUser(user, { emailVerifiedAt: null }, proven(user.emailKey, now), (transaction) =>
		removeRivals(user, transaction),
	)
}

/**
 * Sets what people may change at once in their own account.
 *
 * @param sent by column; what is not there stays
 * @returns null when the account changed meanwhile, `taken` when another has the user name
 */
export async function changeProfile(
	{ id, epoch }: User,
	{ username, ...columns }: ProfileChange,
): Promise<User | "taken" | null> {
	const name = username === undefined ? {} : { username, usernameKey: usernameKey(username) }
	try {
		const data = { ...columns, ...name }
		if (Object.keys(data).length === 0) return await findUser(id)
		const { count } = await db.user.updateMany({ where: { id, epoch, active: true }, data })
		return count === 1 ? await findUser(id) : null
	} catch (error) {
		if (isUniqueViolation(error)) return "taken"
		throw error
	}
}

/** Ends every session, token and link that was given out before, and a change of address that waits. */
const raised = { epoch: { increment: 1 }, ...nothingPending() } satisfies Prisma.UserUpdateManyMutationInput

/** No change of address waits. */
export function nothingPending() {
	return { pendingEmail: null, pendingEmailKey: null, pendingEmailAt: null }
}

/** Tells an account's address what was done; {@link limitNotice} is its other half. @param user as it was before */
export async function enqueueNotice(
	kind: NoticeKind,
	user: User,
	now: Date,
	transaction: Transaction,
): Promise<Notice> {
	return { id: await enqueueMail({ kind, user, now, isHeld: true }, transaction), kind, user }
}

/**
 * Sends a notice off, or takes it back where its mailbox had as many as it may. That is counted once the transaction is
 * over: inside it, the count would need a second connection, and transactions that hold all connections would wait for
 * each other. The change is made by then, so nothing that goes wrong here may say that it was not.
 */
export async function limitNotice({ id, kind, user }: Notice, caller: Caller): Promise<void> {
	const about = { kind, user_id: user.id }
	try {
		if (await mayNotify(kind, { key: user.emailKey }, caller)) return await releaseMail(id, caller.now)
		await withholdMail(id)
		log.warn({ event: "notice.withheld", ...about }, "A mailbox had enough notices for now")
	} catch (error) {
		log.warn({ event: "notice.late", ...about, err: error }, "A notice goes out a few seconds late")
	}
}

/** {@link changeUser}, and tells the owner, as often as one mailbox may be told. */
async function changeAndTell(
	kind: NoticeKind,
	user: User,
	state: Prisma.UserWhereInput,
	data: Prisma.UserUpdateManyMutationInput,
	caller: Caller,
	also: (transaction: Transaction) => Promise<void>,
): Promise<boolean> {
	let notice: Notice | null = null
	const isDone = await changeUser(user, state, data, async (transaction) => {
		await also(transaction)
		notice = await enqueueNotice(kind, user, caller.now, transaction)
	})
	if (isDone && notice) await limitNotice(notice, caller)
	return isDone
}

function proven(emailKey: string, now: Date) {
	return { emailVerifiedAt: now, ownedEmailKey: emailKey, unprovenUntil: null }
}

/**
 * Changes an account if it still is what was read. One conditional update and the unique indexes decide: of many at
 * once, one succeeds.
 */
async function changeUser(
	{ id, epoch, emailKey }: User,
	state: Prisma.UserWhereInput,
	data: Prisma.UserUpdateManyMutationInput,
	also?: (transaction: Transaction) => Promise<void>,
): Promise<boolean> {
	const where = { id, epoch, emailKey, active: true, ...state }
	const { ownedEmailKey } = data
	try {
		return await inTransaction(async (transaction) => {
			if (typeof ownedEmailKey === "string") await aloneWithAddress(ownedEmailKey, transaction)
			const { count } = await transaction.user.updateMany({ where, data })
			if (count === 0) return false
			await also?.(transaction)
			return true
		})
	} catch (error) {
		if (isUniqueViolation(error)) return false
		throw error
	}
}

/**
 * Comes before a row is held and its rivals are removed: of several at once, each would hold one that the others are to
 * remove, and they would wait for each other.
 */
export function aloneWithAddress(emailKey: string, transaction: Transaction): Promise<void> {
	return alone(`address ${emailKey}`, transaction)
}

/** Others that waited for an address wait in vain. */
export async function removeRivals(
	{ id, emailKey }: Pick<User, "id" | "emailKey">,
	transaction: Transaction,
): Promise<void> {
	await transaction.user.deleteMany({
		where: { emailKey, unprovenUntil: { not: null }, emailVerifiedAt: null, id: { not: id } },
	})
}
