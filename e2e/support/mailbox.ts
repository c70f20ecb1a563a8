import type { AddressInfo, Socket } from "node:net"
import { simpleParser } from "mailparser"
import { SMTPServer } from "smtp-server"

/** With a code, and often with a status (RFC 3463): `550 5.1.1 No such mailbox`. */
export type MailRefusal = { after: "MAIL FROM" | "RCPT TO" | "DATA"; reply: `${number} ${string}` }

/** `accept` takes mail; `hang` never answers DATA; `drop` cuts the line after DATA. */
export type MailboxMode = "accept" | "hang" | "drop" | MailRefusal

export const SAYS_LATER: MailRefusal = { after: "DATA", reply: "451 Try later" }

export type ReceivedMail = {
	/** What the SMTP conversation said, not the headers. */
	envelope: { from: string; to: string[] }
	raw: string
	subject: string
	text: string
	html: string
	/** The links in the text. */
	links: string[]
}

/** A mail server that keeps what it is sent. */
export type Mailbox = {
	url: string
	mails: ReceivedMail[]
	mode: MailboxMode
	/** How long it takes to answer DATA. */
	answerDelayMs: number
	/** How many are open. */
	readonly connections: number
	/** How many there ever were. */
	conversations: number
	/** EHLO, MAIL and RSET, as clients said them. */
	commands: string[]
	/** How many mails reached DATA, taken or not. */
	attempts: number
	/** Waits for the next mail to this address that no earlier call returned. */
	next: (to: string, timeoutMs?: number) => Promise<ReceivedMail>
	close: () => Promise<void>
}

export async function startMailbox(): Promise<Mailbox> {
	const taken = new Set<ReceivedMail>()
	const server = new SMTPServer({
		disabledCommands: ["AUTH", "STARTTLS"],
		logger: false,
		onMailFrom: (_address, _session, callback) => callback(refusalAfter("MAIL FROM")),
		onRcptTo: (_address, _session, callback) => callback(refusalAfter("RCPT TO")),
		onData(stream, session, callback) {
			const chunks: Buffer[] = []
			stream.on("data", (chunk) => chunks.push(chunk))
			stream.on("end", async () => {
				mailbox.attempts++
				if (mailbox.mode === "hang") return
				if (mailbox.mode === "drop") {
					for (const socket of sockets) socket.destroy()
					return
				}
				await new Promise((resolve) => setTimeout(resolve, mailbox.answerDelayMs))
				const refusal = refusalAfter("DATA")
				if (refusal) return callback(refusal)
				const raw = Buffer.concat(chunks).toString("utf8")
				const parsed = await simpleParser(raw)
				const text = parsed.text ?? ""
				mailbox.mails.push({
					envelope: {
						from: session.envelope.mailFrom ? session.envelope.mailFrom.address : "",
						to: session.envelope.rcptTo.map(({ address }) => address),
					},
					raw,
					subject: parsed.subject ?? "",
					text,
					html: parsed.html || "",
					links: text.match(/https?:\/\/\S+/g) ?? [],
				})
				callback()
			})
		},
	})
	server.on("error", () => {})
	const sockets = new Set<Socket>()
	server.server.on("connection", (socket: Socket) => {
		mailbox.conversations++
		socket.on("data", (data) => {
			const [, command] = /^(EHLO|MAIL|RSET)\b/.exec(String(data)) ?? []
			if (command) mailbox.commands.push(command)
		})
		sockets.add(socket)
		socket.on("close", () => sockets.delete(socket))
	})
	function refusalAfter(command: MailRefusal["after"]): Error | null {
		if (typeof mailbox.mode === "string" || mailbox.mode.after !== command) return null
		const [, responseCode, words] = /^(\d+) (.*)/.exec(mailbox.mode.reply) ?? []
		return Object.assign(new Error(words), { responseCode: Number(responseCode) })
	}
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
	const { port } = server.server.address() as AddressInfo

	const mailbox: Mailbox = {
		url: `smtp://127.0.0.1:${port}`,
		mails: [],
		mode: "accept",
		answerDelayMs: 0,
		get connections() {
			return sockets.size
		},
		conversations: 0,
		commands: [],
		attempts: 0,
		async next(to, timeoutMs = 10_000) {
			const deadline = Date.now() + timeoutMs
			while (Date.now() < deadline) {
				const mail = mailbox.mails.find(
					(candidate) => !taken.has(candidate) && candidate.envelope.to.includes(to),
				)
				if (mail) {
					taken.add(mail)
					return mail
				}
				await new Promise((resolve) => setTimeout(resolve, 25))
			}
			throw new Error(`No mail to ${to} in ${timeoutMs} ms`)
		},
		close: () => new Promise((resolve) => server.close(() => resolve())),
	}
	return mailbox
}
