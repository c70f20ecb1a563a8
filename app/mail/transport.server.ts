import { config } from "../auth.config"
import { env } from "../env.server"
import { parseMailAddress } from "./address.server"

export type Message = { subject: string; html: string; text: string }

export type Transport = {
	/** Resolves when the mail server has taken the mail over. */
	send(to: string, message: Message): Promise<void>
	close(): void
}

/** Delivers to `SMTP_URL`. Never in plain text, except to this very machine. */
export async function createSmtpTransport(url: string): Promise<Transport> {
	const { createTransport } = await import("nodemailer")
	const { hostname } = new URL(url)
	const timeout = config.mail.timeoutSeconds * 1000
	const mailer = createTransport({
		url,
		requireTLS: !["localhost", "127.0.0.1", "[::1]"].includes(hostname),
		disableFileAccess: true,
		disableUrlAccess: true,
		connectionTimeout: timeout,
		greetingTimeout: timeout,
		socketTimeout: timeout,
	})
	return {
		async send(to, message) {
			// nodemailer reads addresses again, and more generously than we do: only what is one address reaches it.
			if (parseMailAddress(to)?.address !== to) throw new InvalidRecipient()
			const { address, name } = splitSender(env.mailFrom)
			const delivery = mailer.sendMail({
				...message,
				from: { address, name },
				to: { address: to, name: "" },
				envelope: { from: address, to: [to] },
				headers: { "Auto-Submitted": "auto-generated" },
			})
			await withDeadline(delivery, timeout)
		},
		close: () => mailer.close(),
	}
}

/** For development without a mail server: the mail is "delivered" by being readable at `/dev/mail`. */
export const inboxTransport: Transport = { send: async () => {}, close: () => {} }

/** Where `SMTP_URL` is missing in production: mails wait in the outbox until it is set. */
export const waitingTransport: Transport = {
	send: () => Promise.reject(Object.assign(new Error("SMTP_URL is not set"), { code: "ENOTSET" })),
	close: () => {},
}

/**
 * The server refused this very mail (5xx after RCPT or DATA), so trying again would change nothing. Where it refuses the
 * sender, it would refuse every mail, until the operator has mended that.
 */
export function isPermanentFailure(error: unknown): boolean {
	if (error instanceof InvalidRecipient) return true
	if ((error as { command?: string }).command === "MAIL FROM") return false
	const { code, responseCode = 0 } = error as { code?: string; responseCode?: number }
	return (code === "EENVELOPE" || code === "EMESSAGE") && responseCode >= 500
}

class InvalidRecipient extends Error {
	readonly code = "EADDRESS"
}

function splitSender(from: string): { name: string; address: string } {
	const [, name = "", address = from] = /^\s*"?([^"<]*?)"?\s*<([^<>]+)>\s*$/.exec(from) ?? []
	return { name, address }
}

/** The library's timeouts are for silence; a server that answers one byte a second would hold the mail forever. */
async function withDeadline(work: Promise<unknown>, milliseconds: number): Promise<void> {
	let timer: NodeJS.Timeout | undefined
	const deadline = new Promise<never>((_, reject) => {
		const late = Object.assign(new Error("The mail server took too long"), { code: "ETIMEDOUT" })
		timer = setTimeout(() => reject(late), milliseconds)
	})
	work.catch(() => {})
	await Promise.race([work, deadline]).finally(() => clearTimeout(timer))
}
