import { setTimeout as pause } from "node:timers/promises"
import { config } from "../auth.config"
import { currentTime } from "../clock.server"
import { databaseTimeAfter, db, sql } from "../db/client.server"
import { log } from "../log.server"
import { changeLeased, keepLease, retryDelaySeconds, type TakenMail, takeDue } from "./lease.server"
import type { OutboxMail } from "./outbox.server"
import { isPermanentFailure, type Message, type Transport } from "./transport.server"

/** Mails tried at the same time: those that a mail server holds up leave room for others. */
const MOST_UNDER_WAY = 10
/**
 * How often the outbox is looked into, whether or not anything was put in. Composing and sending take time, which the
 * next request would feel: if they began with what was put in, that would tell whether there was somebody to write to.
 */
const POLL_MS = config.mail.pollSeconds * 1000
/** Between two tries to write down that a mail was sent. */
const NOTING_PAUSE_MS = 500

/** Makes a row into what is sent, links included; null when there is nothing left to say. */
export type Compose = (mail: OutboxMail, now: Date) => Promise<Message | null>

/**
 * Delivers in the background until stopped: at the next poll after a mail was put in, and again after each pause of
 * `mail.retryDelaysSeconds` while the mail server is away.
 *
 * @returns what stops it, and waits for the mails under way until `patience` is over; what is not sent by then stays in
 *   the database for the next start
 */
export function startDelivery(options: {
	compose: Compose
	transport: Transport
}): (patience: Promise<unknown>) => Promise<void> {
	const delivery = new Delivery({ ...options, now: currentTime })
	let stopped = false
	let timer: NodeJS.Timeout | undefined
	let round = Promise.resolve()
	let isReadable = true

	async function deliverAll(): Promise<void> {
		try {
			while (!stopped && (await delivery.begin())) await delivery.nextDone()
			if (!isReadable) log.info({ event: "outbox.restored" }, "The outbox can be read again")
			isReadable = true
		} catch (error) {
			if (isReadable) log.error({ event: "outbox.failed", err: error }, "The outbox could not be read")
			isReadable = false
		}
		if (!stopped) plan()
	}
	// Counted from the start: when the next poll comes does not tell how long the last one took.
	const plan = () => {
		timer = setTimeout(
			() => {
				round = deliverAll()
			},
			POLL_MS - (performance.now() % POLL_MS),
		)
	}
	plan()
	return async (patience) => {
		stopped = true
		clearTimeout(timer)
		await Promise.race([round.then(() => delivery.allDone()), patience])
		for (const id of delivery.underWay)
			log.warn({ event: "mail.interrupted", mail_id: id }, "Mail under way at the end; it will be sent again")
	}
}

/** What one process has in hand of the mails that wait. */
export class Delivery {
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
		const taken = room > 0 ? await takeDue(room, this.#options.now(), ({ id }) => this.#underWay.has(id)) : []
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

	async #deliver(mail: TakenMail): Promise<void> {
		const { compose, transport, now } = this.#options
		const { id, kind } = mail
		const keeping = setInterval(
			() => void keepLease(mail, now()).catch(() => {}),
			(config.mail.timeoutSeconds * 1000) / 2,
		)
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

/**
 * A mail that is out is not sent again: if that could not be written down, as the database was away or locked, the mail
 * has not failed.
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
		: sql`"nextAttemptAt" = ${databaseTimeAfter(retryDelaySeconds(mail), now)}`
	if ((await changeLeased(mail, next)) === 0) return
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
