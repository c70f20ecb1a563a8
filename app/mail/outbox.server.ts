import { randomUUID } from "node:crypto"
import { config } from "../auth.config"
import { currentTime } from "../clock.server"
import {
	databaseTime,
	db,
	execute,
	hasRowLocks,
	join,
	query,
	sql,
	type Transaction,
} from "../db/client.server"
import type { OutboxMail } from "../db/generated/client"
import { log } from "../log.server"
import { gauge } from "../metrics.server"
import { isPermanentFailure, type Message, type Transport } from "./transport.server"

export type { OutboxMail }

/** Mails that are counted: more of them tell nothing new, and each takes time. */
const MAX_COUNTED = 10_000

gauge("gatehouse_outbox_mails", `Mails that are not sent yet, ${MAX_COUNTED} at most`, countUnsent)
gauge(
	"gatehouse_outbox_oldest_due_seconds",
	"How long the mail that is due longest has been due",
	oldestDueAge,
)

/** In the order of the index, as is what follows. */
async function countUnsent(): Promise<number> {
	const [row] = await query<{ count: number | bigint }>(sql`SELECT COUNT(*) AS "count" FROM
		(SELECT 1 FROM "OutboxMail" WHERE "sentAt" IS NULL AND "failedAt" IS NULL LIMIT ${MAX_COUNTED}) AS "unsent"`)
	return Number(row?.count)
}

async function oldestDueAge(): Promise<number> {
	const now = currentTime()
	const [row] = await query<{ due: Date }>(sql`SELECT "nextAttemptAt" AS "due" FROM "OutboxMail"
		WHERE "sentAt" IS NULL AND "failedAt" IS NULL AND "nextAttemptAt" <= ${now} ORDER BY "nextAttemptAt" LIMIT 1`)
	return row ? (now.getTime() - new Date(row.due).getTime()) / 1000 : 0
}

/** What is mailed; `auth/mails.server.ts` says when, and how. */
export type MailKind =
	| "verify"
	| "reset"
	| "password_changed"
	| "email_change"
	| "email_change_requested"
	| "email_changed"

/** Mails tried at the same time. */
const BATCH = 10
/**
 * How often the outbox is looked into, whether or not anything was put in. Composing and sending take time, which the
 * next request would feel: if they began with what was put in, that would tell whether there was somebody to write to.
 */
const BEAT_MS = 500

/**
 * Puts a mail into the outbox; inside a transaction, it is sent only if that commits.
 *
 * @param mail.redirectTo where its link leads on to: a path on this site
 * @returns its id
 */
export async function enqueueMail(
	mail: { kind: MailKind; user: { id: string; email: string }; redirectTo?: string | null; now: Date },
	transaction: Pick<Transaction, "outboxMail"> = db,
): Promise<string> {
	const { kind, user, redirectTo = null, now } = mail
	const sent = { to: user.email, redirectTo, createdAt: now, nextAttemptAt: now }
	const data = { id: randomUUID(), kind, userId: user.id, ...sent }
	await transaction.outboxMail.create({ data })
	return data.id
}

/** Takes a mail out again, if nobody has begun to send it. */
export async function withholdMail(id: string): Promise<void> {
	await db.outboxMail.deleteMany({ where: { id, attempts: 0, sentAt: null } })
}

/** As much work as {@link enqueueMail}, where there is nobody to write to. Nothing is left of it. */
export async function pretendMail(
	{ kind, now }: { kind: MailKind; now: Date },
	transaction: Pick<Transaction, "outboxMail">,
): Promise<void> {
	const id = randomUUID()
	await enqueueMail({ kind, user: { id, email: "" }, now }, transaction)
	await transaction.outboxMail.deleteMany({ where: { userId: id } })
}

/** Mails that were sent, newest first, for development's inbox. */
export async function listSentMails(count: number): Promise<OutboxMail[]> {
	return db.outboxMail.findMany({
		where: { sentAt: { not: null } },
		orderBy: [{ createdAt: "desc" }, { id: "desc" }],
		take: count,
	})
}

/** Makes a row into what is sent, links included; null when there is nothing left to say. */
export type Compose = (mail: OutboxMail, now: Date) => Promise<Message | null>

/**
 * Delivers in the background until stopped: at the next beat after a mail was put in, and again after each pause of
 * `mail.retryDelaysSeconds` while the mail server is away.
 *
 * @returns what stops it; mails that are not yet sent stay in the database for the next start.
 */
export function startOutbox(options: { compose: Compose; transport: Transport }): () => Promise<void> {
	let stopped = false
	let timer: NodeJS.Timeout | undefined
	let round = Promise.resolve()

	async function deliverAll(): Promise<void> {
		try {
			// A full batch may have left more behind.
			while (!stopped && (await deliverDue({ ...options, now: currentTime })) === BATCH);
		} catch (error) {
			log.error({ event: "outbox.failed", err: error }, "The outbox could not be read")
		}
		if (!stopped) plan()
	}
	// Counted from the start: when the next beat comes does not tell how long the last one took.
	const plan = () => {
		timer = setTimeout(
			() => {
				round = deliverAll()
			},
			BEAT_MS - (performance.now() % BEAT_MS),
		)
	}
	plan()
	return async () => {
		stopped = true
		clearTimeout(timer)
		await round
	}
}

/** Tries the mails that are due, each once. @returns how many there were. */
export async function deliverDue(options: {
	compose: Compose
	transport: Transport
	now: () => Date
}): Promise<number> {
	const due = hasRowLocks ? await claimDue() : await findDue(options.now())
	const tried = await Promise.allSettled(
		due.map(async (mail) => {
			if (hasRowLocks || (await claim(mail, options.now()))) await deliver(mail, options)
		}),
	)
	const failed = tried.find((result) => result.status === "rejected")
	if (failed) throw failed.reason
	return due.length
}

async function deliver(
	mail: OutboxMail,
	{ compose, transport, now }: { compose: Compose; transport: Transport; now: () => Date },
): Promise<void> {
	const { id, kind } = mail
	try {
		const message = await compose(mail, now())
		if (!message) {
			await db.outboxMail.delete({ where: { id } })
			return log.info({ event: "mail.dropped", mail_id: id, kind }, "Mail dropped: nothing is left to say")
		}
		await transport.send(mail.to, message)
		await db.outboxMail.update({ where: { id }, data: { sentAt: now() } })
		log.info({ event: "mail.sent", mail_id: id, kind }, "Mail sent")
	} catch (error) {
		const tooOld = now().getTime() - mail.createdAt.getTime() > config.mail.maxAgeSeconds * 1000
		const final = tooOld || isPermanentFailure(error)
		const next = final
			? sql`"failedAt" = ${now()}`
			: sql`"nextAttemptAt" = ${inSeconds(retryDelaySeconds(mail), now())}`
		// Who was held up for so long that another process has taken the mail meanwhile has no say in it any more.
		const count = await execute(sql`UPDATE "OutboxMail" SET ${next}
			WHERE "id" = ${id} AND "attempts" = ${mail.attempts + 1} AND "sentAt" IS NULL AND "failedAt" IS NULL`)
		if (count === 0) return
		const { code, responseCode } = error as { code?: string; responseCode?: number }
		const about = {
			mail_id: id,
			kind,
			attempt: mail.attempts + 1,
			reason: code,
			smtp_status: responseCode,
			// Without a code it is no mail server's failure, but a mistake in the mail itself.
			err: code === undefined ? error : undefined,
		}
		if (final) log.error({ event: "mail.failed", ...about }, "Mail given up")
		else log.warn({ event: "mail.delayed", ...about }, "Mail not delivered; it will be tried again")
	}
}

/** A time by the clock that {@link claimDue} goes by: a node whose own clock is wrong neither hurries nor forgets. */
function inSeconds(seconds: number, now: Date) {
	return hasRowLocks
		? sql`${databaseTime} + make_interval(secs => ${seconds}::float8)`
		: sql`${secondsAfter(now, seconds)}`
}

/** Of several processes, each finds the same. */
function findDue(now: Date): Promise<OutboxMail[]> {
	return db.outboxMail.findMany({
		where: { sentAt: null, failedAt: null, nextAttemptAt: { lte: now } },
		orderBy: { nextAttemptAt: "asc" },
		take: BATCH,
	})
}

/**
 * Finds what is due and takes it, as {@link claim} does, in one statement: of several processes, each finds others. By
 * the database's clock, which is the same for all of them; what was never tried is due whatever that says.
 *
 * @returns rows as they were before
 */
async function claimDue(): Promise<OutboxMail[]> {
	const { timeoutSeconds, retryDelaysSeconds: delays } = config.mail
	const delay = sql`(ARRAY[${join(delays)}]::float8[])[LEAST("attempts" + 1, ${delays.length}::int)]`
	const claimed = await query<OutboxMail>(sql`
		UPDATE "OutboxMail" SET "attempts" = "attempts" + 1,
			"nextAttemptAt" = ${databaseTime} + make_interval(secs => ${timeoutSeconds}::float8 + ${delay})
		WHERE "id" = ANY(ARRAY(SELECT "id" FROM "OutboxMail"
			WHERE "sentAt" IS NULL AND "failedAt" IS NULL AND ("attempts" = 0 OR "nextAttemptAt" <= ${databaseTime})
			ORDER BY "nextAttemptAt" LIMIT ${BATCH} FOR UPDATE SKIP LOCKED))
		RETURNING *`)
	return claimed.map((mail) => ({ ...mail, attempts: mail.attempts - 1 }))
}

/**
 * Takes a mail for this try by pushing its next one into the future, so that no other process takes it too, and a
 * process that dies while sending leaves it to be sent again: a mail goes out at least once.
 */
async function claim(mail: OutboxMail, now: Date): Promise<boolean> {
	const nextAttemptAt = secondsAfter(now, config.mail.timeoutSeconds + retryDelaySeconds(mail))
	const { count } = await db.outboxMail.updateMany({
		where: { id: mail.id, sentAt: null, failedAt: null, attempts: mail.attempts },
		data: { attempts: mail.attempts + 1, nextAttemptAt },
	})
	return count === 1
}

/** The pause after this try; the last of them lasts. */
function retryDelaySeconds({ attempts }: OutboxMail): number {
	const delays = config.mail.retryDelaysSeconds
	return delays[Math.min(attempts, delays.length - 1)] ?? 0
}

function secondsAfter(time: Date, seconds: number): Date {
	return new Date(time.getTime() + seconds * 1000)
}
