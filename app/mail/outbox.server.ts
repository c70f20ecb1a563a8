import { randomUUID } from "node:crypto"
import { setTimeout as pause } from "node:timers/promises"
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
	const now = hasRowLocks ? databaseTime : sql`${currentTime()}`
	const [row] = await query<{
		now: Date | string
		due: Date
	}>(sql`SELECT ${now} AS "now", "nextAttemptAt" AS "due"
		FROM "OutboxMail" WHERE "sentAt" IS NULL AND "failedAt" IS NULL AND "nextAttemptAt" <= ${now}
		ORDER BY "nextAttemptAt" LIMIT 1`)
	return row ? (new Date(row.now).getTime() - new Date(row.due).getTime()) / 1000 : 0
}

/** What is mailed; `auth/mails.server.ts` says when, and how. */
export type MailKind =
	| "verify"
	| "reset"
	| "password_changed"
	| "email_change"
	| "email_change_requested"
	| "email_changed"

/** Mails tried at the same time: those that a mail server holds up leave room for others. */
const MOST_UNDER_WAY = 10
/**
 * How often the outbox is looked into, whether or not anything was put in. Composing and sending take time, which the
 * next request would feel: if they began with what was put in, that would tell whether there was somebody to write to.
 */
const BEAT_MS = 500
/** Between two tries to write down that a mail was sent. */
const NOTING_PAUSE_MS = 500

/**
 * Puts a mail into the outbox; inside a transaction, it is sent only if that commits.
 *
 * @param mail.redirectTo where its link leads on to: a path on this site
 * @returns its id
 */
export async function enqueueMail(
	mail: { kind: MailKind; user: { id: string | null; email: string }; redirectTo?: string | null; now: Date },
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

/**
 * As much work as {@link enqueueMail}, where there is nobody to write to, and later as much as sending has: all but the
 * mail itself. Nothing is left of it.
 */
export async function pretendMail(
	{ kind, now }: { kind: MailKind; now: Date },
	transaction: Pick<Transaction, "outboxMail">,
): Promise<void> {
	await enqueueMail({ kind, user: { id: null, email: "" }, now }, transaction)
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
 * @returns what stops it, and waits for the mails under way until `patience` is over; what is not sent by then stays in
 *   the database for the next start
 */
export function startOutbox(options: {
	compose: Compose
	transport: Transport
}): (patience: Promise<unknown>) => Promise<void> {
	const outbox = new Outbox({ ...options, now: currentTime })
	let stopped = false
	let timer: NodeJS.Timeout | undefined
	let round = Promise.resolve()
	let isReadable = true

	async function deliverAll(): Promise<void> {
		try {
			while (!stopped && (await outbox.begin())) await outbox.nextDone()
			if (!isReadable) log.info({ event: "outbox.restored" }, "The outbox can be read again")
			isReadable = true
		} catch (error) {
			if (isReadable) log.error({ event: "outbox.failed", err: error }, "The outbox could not be read")
			isReadable = false
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
	return async (patience) => {
		stopped = true
		clearTimeout(timer)
		await Promise.race([round.then(() => outbox.allDone()), patience])
		for (const id of outbox.underWay)
			log.warn({ event: "mail.interrupted", mail_id: id }, "Mail under way at the end; it will be sent again")
	}
}

/** What one process has in hand of the mails that wait. */
export class Outbox {
	readonly #options: { compose: Compose; transport: Transport; now: () => Date }
	readonly #underWay = new Map<string, Promise<void>>()

	constructor(options: { compose: Compose; transport: Transport; now: () => Date }) {
		this.#options = options
	}

	/** Their ids. */
	get underWay(): string[] {
		return [...this.#underWay.keys()]
	}

	/** Takes what is due, as far as there is room, and begins to send it. @returns whether there may be more of it */
	async begin(): Promise<boolean> {
		const room = MOST_UNDER_WAY - this.#underWay.size
		const taken = room > 0 ? await this.#take(room) : []
		for (const mail of taken) {
			const done = this.#deliver(mail)
				.catch((error) =>
					log.error({ event: "outbox.failed", mail_id: mail.id, err: error }, "A mail could not be noted"),
				)
				.finally(() => this.#underWay.delete(mail.id))
			this.#underWay.set(mail.id, done)
		}
		return taken.length === room
	}

	async nextDone(): Promise<void> {
		await Promise.race(this.#underWay.values())
	}

	async allDone(): Promise<void> {
		await Promise.all(this.#underWay.values())
	}

	async #take(count: number): Promise<TakenMail[]> {
		const isUnderWay = ({ id }: OutboxMail) => this.#underWay.has(id)
		const now = this.#options.now()
		if (hasRowLocks) return (await claimDue(count, now)).filter((mail) => !isUnderWay(mail))
		const taken: TakenMail[] = []
		for (const mail of await findDue(count, now))
			if (!isUnderWay(mail) && (await claim(mail, now)))
				taken.push({ ...mail, isTooOld: isTooOld(mail, now) })
		return taken
	}

	async #deliver(mail: TakenMail): Promise<void> {
		const { compose, transport, now } = this.#options
		const { id, kind } = mail
		const keeping = setInterval(() => void keep(mail, now()).catch(() => {}), keepsEveryMs())
		try {
			const message = await compose(mail, now())
			if (!message) {
				await db.outboxMail.delete({ where: { id } })
				return log.info({ event: "mail.dropped", mail_id: id, kind }, "Mail dropped: nothing is left to say")
			}
			await (isPretended(mail) ? transport.rehearse(message) : transport.send(mail.to, message))
		} catch (error) {
			return await noteFailure(mail, error, now())
		} finally {
			clearInterval(keeping)
		}
		await noteSent(mail, now)
		if (!isPretended(mail)) log.info({ event: "mail.sent", mail_id: id, kind }, "Mail sent")
	}
}

function isPretended({ userId }: OutboxMail): boolean {
	return userId === null
}

/** As it was before it was taken. */
type TakenMail = OutboxMail & { isTooOld: boolean }

/**
 * A mail that is out is not sent again: that this could not be written down, for the database was away or locked, is no
 * failure of the mail's.
 */
async function noteSent(mail: OutboxMail, now: () => Date): Promise<void> {
	const { id, kind } = mail
	for (let tries = 1; ; tries++)
		try {
			if (isPretended(mail)) await db.outboxMail.deleteMany({ where: { id } })
			else await db.outboxMail.updateMany({ where: { id }, data: { sentAt: now() } })
			return
		} catch (error) {
			if (tries === 1)
				log.warn(
					{ event: "mail.unrecorded", mail_id: id, kind, err: error },
					"Mail sent, but that could not be written down; this is tried until it can",
				)
			await pause(NOTING_PAUSE_MS, undefined, { ref: false })
		}
}

async function noteFailure(mail: TakenMail, error: unknown, now: Date): Promise<void> {
	const { id, kind } = mail
	const isFinal = mail.isTooOld || isPermanentFailure(error)
	if (isFinal && isPretended(mail)) {
		await db.outboxMail.deleteMany({ where: { id } })
		return
	}
	const next = isFinal
		? sql`"failedAt" = ${now}`
		: sql`"nextAttemptAt" = ${inSeconds(retryDelaySeconds(mail), now)}`
	if ((await change(mail, next)) === 0) return
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
	if (isFinal) log.error({ event: "mail.failed", ...about }, "Mail given up")
	else log.warn({ event: "mail.delayed", ...about }, "Mail not delivered; it will be tried again")
}

/** Who was held up for so long that another process has taken the mail meanwhile has no say in it any more. */
function change({ id, attempts }: OutboxMail, set: ReturnType<typeof sql>): Promise<number> {
	return execute(sql`UPDATE "OutboxMail" SET ${set}
		WHERE "id" = ${id} AND "attempts" = ${attempts + 1} AND "sentAt" IS NULL AND "failedAt" IS NULL`)
}

/** A mail server may take long to answer: as long as we wait for it, no other process takes the mail. */
async function keep(mail: OutboxMail, now: Date): Promise<void> {
	await change(mail, sql`"nextAttemptAt" = ${inSeconds(leaseSeconds(mail), now)}`)
}

const keepsEveryMs = () => (config.mail.timeoutSeconds * 1000) / 2

function isTooOld({ createdAt }: OutboxMail, now: Date): boolean {
	return now.getTime() - createdAt.getTime() > config.mail.maxAgeSeconds * 1000
}

/** A time by the clock that {@link claimDue} goes by: a node whose own clock is wrong neither hurries nor forgets. */
function inSeconds(seconds: number, now: Date) {
	return hasRowLocks
		? sql`${databaseTime} + make_interval(secs => ${seconds}::float8)`
		: sql`${secondsAfter(now, seconds)}`
}

/** Of several processes, each finds the same. */
function findDue(count: number, now: Date): Promise<OutboxMail[]> {
	return db.outboxMail.findMany({
		where: { sentAt: null, failedAt: null, nextAttemptAt: { lte: now } },
		orderBy: { nextAttemptAt: "asc" },
		take: count,
	})
}

/**
 * Finds what is due and takes it, as {@link claim} does, in one statement: of several processes, each finds others. By
 * the database's clock, which is the same for all of them; what was never tried is due whatever that says.
 */
async function claimDue(count: number, now: Date): Promise<TakenMail[]> {
	const { timeoutSeconds, retryDelaysSeconds: delays, maxAgeSeconds } = config.mail
	const delay = sql`(ARRAY[${join(delays)}]::float8[])[LEAST("attempts" + 1, ${delays.length}::int)]`
	const claimed = await query<TakenMail>(sql`
		UPDATE "OutboxMail" SET "attempts" = "attempts" + 1,
			"nextAttemptAt" = ${databaseTime} + make_interval(secs => ${timeoutSeconds}::float8 + ${delay})
		WHERE "id" = ANY(ARRAY(SELECT "id" FROM "OutboxMail"
			WHERE "sentAt" IS NULL AND "failedAt" IS NULL AND ("attempts" = 0 OR "nextAttemptAt" <= ${databaseTime})
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

/** How long a mail is left to who took it. */
function leaseSeconds(mail: OutboxMail): number {
	return config.mail.timeoutSeconds + retryDelaySeconds(mail)
}

/** The pause after this try; the last of them lasts. */
function retryDelaySeconds({ attempts }: OutboxMail): number {
	const delays = config.mail.retryDelaysSeconds
	return delays[Math.min(attempts, delays.length - 1)] ?? 0
}

function secondsAfter(time: Date, seconds: number): Date {
	return new Date(time.getTime() + seconds * 1000)
}
