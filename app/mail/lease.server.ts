import { config } from "../auth.config"
import {
	databaseTime,
	databaseTimeAfter,
	db,
	execute,
	hasRowLocks,
	join,
	query,
	sql,
} from "../db/client.server"
import type { OutboxMail } from "./outbox.server"

const { timeoutSeconds, retryDelaysSeconds, maxAgeSeconds } = config.mail

/** How long a mail that is held waits to be released: one of a process that dies meanwhile is sent all the same. */
export const HELD_SECONDS = 10
/** How much later than ours another process of this machine may have read its clock. */
const SLACK_SECONDS = 60
/** How long a mail waits at most, by how often it was tried: the last goes for those tried more often, too. */
const longestSeconds = [HELD_SECONDS, ...retryDelaysSeconds.map((delay) => timeoutSeconds + delay)]

/** As it was before it was taken. */
export type TakenMail = OutboxMail & { isTooOld: boolean }

/**
 * Takes mails that are due, so that no other process does, for the time that a try may take and the pause after it.
 *
 * @param isUnderWay what this process has in hand already
 */
export async function takeDue(
	count: number,
	now: Date,
	isUnderWay: (mail: OutboxMail) => boolean,
): Promise<TakenMail[]> {
	if (hasRowLocks) return (await claimDue(count, now)).filter((mail) => !isUnderWay(mail))
	const taken: TakenMail[] = []
	for (const mail of await findDue(count, now))
		if (!isUnderWay(mail) && (await claim(mail, now))) taken.push({ ...mail, isTooOld: isTooOld(mail, now) })
	return taken
}

/** A process held up for so long that another has taken the mail meanwhile has no say in it any more. */
export function changeLeased({ id, attempts }: OutboxMail, set: ReturnType<typeof sql>): Promise<number> {
	return execute(sql`UPDATE "OutboxMail" SET ${set}
		WHERE "id" = ${id} AND "attempts" = ${attempts + 1} AND "sentAt" IS NULL AND "failedAt" IS NULL`)
}

/** A mail server may take long to answer: as long as we wait for it, no other process takes the mail. */
export async function keepLease(mail: OutboxMail, now: Date): Promise<void> {
	await changeLeased(mail, sql`"nextAttemptAt" = ${databaseTimeAfter(leaseSeconds(mail), now)}`)
}

function isTooOld({ createdAt }: OutboxMail, now: Date): boolean {
	return now.getTime() - createdAt.getTime() > maxAgeSeconds * 1000
}

/** Of several processes, each finds the same. */
function findDue(count: number, now: Date): Promise<OutboxMail[]> {
	const past = { nextAttemptAt: { lte: now } }
	// A time beyond what a mail may wait was written while the clock was ahead.
	const tooFarAhead = longestSeconds.map((seconds, tries) => ({
		attempts: tries < longestSeconds.length - 1 ? tries : { gte: tries },
		nextAttemptAt: { gt: secondsAfter(now, seconds + SLACK_SECONDS) },
	}))
	return db.outboxMail.findMany({
		where: { sentAt: null, failedAt: null, OR: [past, ...tooFarAhead] },
		orderBy: { nextAttemptAt: "asc" },
		take: count,
	})
}

/**
 * Finds what is due and takes it, as {@link claim} does, in one statement: of several processes, each finds others. By
 * the database's clock, which is the same for all of them.
 */
async function claimDue(count: number, now: Date): Promise<TakenMail[]> {
	const pauses = sql`ARRAY[${join(retryDelaysSeconds)}]::float8[]`
	const delay = sql`(${pauses})[LEAST("attempts" + 1, ${retryDelaysSeconds.length}::int)]`
	const claimed = await query<TakenMail>(sql`
		UPDATE "OutboxMail" SET "attempts" = "attempts" + 1,
			"nextAttemptAt" = ${databaseTime} + make_interval(secs => ${timeoutSeconds}::float8 + ${delay})
		WHERE "id" = ANY(ARRAY(SELECT "id" FROM "OutboxMail"
			WHERE "sentAt" IS NULL AND "failedAt" IS NULL AND "nextAttemptAt" <= ${databaseTime}
			ORDER BY "nextAttemptAt" LIMIT ${count} FOR UPDATE SKIP LOCKED))
		RETURNING *, "createdAt" < LEAST(${databaseTime}, ${now}) - make_interval(secs => ${maxAgeSeconds}::float8)
			AS "isTooOld"`)
	return claimed.map((mail) => ({ ...mail, attempts: mail.attempts - 1 }))
}

/**
 * Takes a mail for this try by pushing its next one into the future, so that no other process takes it too, and a
 * process that dies while sending leaves it to be sent again: a mail goes out at least once.
 */
async function claim(mail: OutboxMail, now: Date): Promise<boolean> {
	const { count } = await db.outboxMail.updateMany({
		where: { id: mail.id, sentAt: null, failedAt: null, attempts: mail.attempts },
		data: { attempts: mail.attempts + 1, nextAttemptAt: secondsAfter(now, leaseSeconds(mail)) },
	})
	return count === 1
}

/** How long a mail is left to the process that took it. */
function leaseSeconds(mail: OutboxMail): number {
	return timeoutSeconds + retryDelaySeconds(mail)
}

/** The pause after this try; the last of them lasts. */
export function retryDelaySeconds({ attempts }: OutboxMail): number {
	return retryDelaysSeconds[Math.min(attempts, retryDelaysSeconds.length - 1)] ?? 0
}

function secondsAfter(time: Date, seconds: number): Date {
	return new Date(time.getTime() + seconds * 1000)
}
