import { Transform } from "node:stream"
import type SMTPConnection from "nodemailer/lib/smtp-connection"
import type SMTPTransport from "nodemailer/lib/smtp-transport"
import { config } from "../auth.config"
import { env } from "../env.server"
import { isThisMachine } from "../network"
import { parseMailAddress } from "./address.server"

export type Message = { subject: string; html: string; text: string }

export type Transport = {
	/** Resolves when the mail server has taken the mail over. */
	send(to: string, message: Message): Promise<void>
	/** As much work as {@link send}, where nobody is to get a mail. */
	rehearse(message: Message): Promise<void>
}

/** Delivers to `SMTP_URL`. Never in plain text, except to this very machine. */
export async function createSmtpTransport(url: string): Promise<Transport> {
	const { createTransport } = await import("nodemailer")
	const { default: SmtpTransport } = await import("nodemailer/lib/smtp-transport")
	const { default: SmtpConnection } = await import("nodemailer/lib/smtp-connection")
	const { hostname } = new URL(url)
	const timeout = config.mail.timeoutSeconds * 1000
	const answerTimeout = config.mail.answerTimeoutSeconds * 1000
	const options = {
		url,
		requireTLS: !isThisMachine(hostname),
		disableFileAccess: true,
		disableUrlAccess: true,
		connectionTimeout: timeout,
		greetingTimeout: timeout,
		socketTimeout: Math.max(timeout, answerTimeout),
	}
	const addressed = (to: string, message: Message) => {
		const { mailFrom: from, mailReplyTo: replyTo } = env
		return {
			...message,
			from,
			replyTo,
			to: { address: to, name: "" },
			envelope: { from: from.address, to: [to] },
			headers: { "Auto-Submitted": "auto-generated" },
		}
	}
	return {
		async send(to, message) {
			// nodemailer reads addresses again, and more generously than we do: only what is one address reaches it.
			if (parseMailAddress(to)?.address !== to) throw new InvalidRecipient()
			const deadline = new Deadline(timeout)
			const mailer = createTransport(options)
			mailer.use("stream", ({ message }, done) => {
				message.transform(() => whenRead(() => deadline.set(answerTimeout)))
				done()
			})
			try {
				await mailer.sendMail({ ...addressed(to, message), signal: deadline.signal })
			} catch (error) {
				throw deadline.signal.aborted ? deadline.signal.reason : error
			} finally {
				deadline.clear()
			}
		},
		async rehearse(message) {
			const { options: known, auth } = new SmtpTransport({ ...options, socketTimeout: timeout })
			const connection = new SmtpConnection(known)
			const deadline = new Deadline(timeout)
			try {
				await converse(connection, auth, deadline.signal)
			} finally {
				deadline.clear()
				connection.close()
			}
			await createTransport({ streamTransport: true, buffer: true }).sendMail(addressed(NOBODY, message))
		},
	}
}

/**
 * How often a mail waits for the server: for MAIL, RCPT, DATA and itself, or, where the first three go out at once (RFC
 * 2920), twice. RSET changes nothing (RFC 5321, 4.1.1.5).
 */
const WAITS = { pipelined: 2, oneByOne: 4 }

/** Greets and signs in as for a mail, and waits for the server as often as a mail does. */
function converse(
	connection: SMTPConnection,
	auth: SMTPTransport.AuthenticationType | false | undefined,
	signal: AbortSignal,
): Promise<void> {
	return new Promise((resolve, reject) => {
		let left = 0
		const next = (error?: Error | null): void => {
			if (error) reject(error)
			else if (left-- > 0) connection.reset(next)
			else resolve()
		}
		signal.addEventListener("abort", () => reject(signal.reason))
		connection.on("error", reject)
		connection.on("end", () => reject(new Error("The mail server hung up")))
		connection.connect((error) => {
			const greeting = String(connection.lastServerResponse)
			left = /[ -]PIPELINING\b/i.test(greeting) ? WAITS.pipelined : WAITS.oneByOne
			if (!error && auth && connection.allowsAuth) connection.login(auth as SMTPConnection.Credentials, next)
			else next(error)
		})
	})
}

/** RFC 2606: nobody's. Nothing is sent there. */
const NOBODY = "nobody@example.org"

/** For development without a mail server: the mail is "delivered" by being readable at `/dev/mail`. */
export const inboxTransport: Transport = { send: async () => {}, rehearse: async () => {} }

/** Where `SMTP_URL` is missing in production: mails wait in the outbox until it is set. */
export const waitingTransport: Transport = { send: wait, rehearse: wait }

function wait(): Promise<never> {
	return Promise.reject(Object.assign(new Error("SMTP_URL is not set"), { code: "ENOTSET" }))
}

/**
 * The server refused this very recipient or mail, so trying again would change nothing. Where it refuses the sender, or
 * the user of `SMTP_URL`, it refuses every mail until the operator has fixed that; many say so only after RCPT or DATA.
 * So only what is about the mailbox or the mail itself counts: by the status that RFC 3463 gives it, or, where there is
 * none, by the replies that RFC 5321, 4.2.3, has for mailboxes.
 */
export function isPermanentFailure(error: unknown): boolean {
	if (error instanceof InvalidRecipient) return true
	const { command = "", response = "" } = error as { command?: string; response?: string }
	if (command !== "RCPT TO" && command !== "DATA") return false
	const [, reply = "", status] = /^(5\d\d)[ -](?:(5\.\d{1,3}\.\d{1,3})\b)?/.exec(response) ?? []
	return status ? ABOUT_MAILBOX_OR_MAIL.test(status) : MAILBOX_REPLIES.includes(reply)
}

/** X.1.7 and X.1.8 are about the sender's address, X.1.9 about the way of relaying. */
const ABOUT_MAILBOX_OR_MAIL = /^5\.(?:1\.(?![789]$)|2\.|6\.)/
const MAILBOX_REPLIES = ["550", "551", "552", "553"]

class InvalidRecipient extends Error {
	readonly code = "EADDRESS"
}

/** The library's own limits are for silence: a server that says one byte a second would hold a mail forever. */
class Deadline {
	readonly #controller = new AbortController()
	#timer: NodeJS.Timeout | undefined

	constructor(milliseconds: number) {
		this.set(milliseconds)
	}

	get signal(): AbortSignal {
		return this.#controller.signal
	}

	/** From now on. */
	set(milliseconds: number): void {
		const late = Object.assign(new Error("The mail server took too long"), { code: "ETIMEDOUT" })
		this.clear()
		this.#timer = setTimeout(() => this.#controller.abort(late), milliseconds)
	}

	clear(): void {
		clearTimeout(this.#timer)
	}
}

/** Lets a mail through, and says when its last byte was taken. */
function whenRead(atEnd: () => void): Transform {
	return new Transform({
		transform: (chunk, _encoding, done) => done(null, chunk),
		flush(done) {
			atEnd()
			done()
		},
	})
}
