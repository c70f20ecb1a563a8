import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { type Mailbox, startMailbox } from "../../e2e/support/mailbox"
import { env } from "../env.server"
import { AddressTakenMail } from "./address-taken"
import { renderMail } from "./render.server"
import { ResetMail } from "./reset"
import {
	createSmtpTransport,
	isPermanentFailure,
	type Message,
	type Transport,
	waitingTransport,
} from "./transport.server"
import { VerifyMail } from "./verify"

let mailbox: Mailbox
let transport: Transport

beforeAll(async () => {
	mailbox = await startMailbox()
	transport = await createSmtpTransport(mailbox.url)
})
afterAll(async () => {
	await mailbox.close()
})
beforeEach(() => {
	mailbox.mode = "accept"
	mailbox.mails.length = 0
})

const link = "http://kit.test/verify?user_id=1&timestamp=2&signature=3"

async function deliver(message: Message) {
	await transport.send("ada@example.org", message)
	expect(mailbox.mails).toHaveLength(1)
	const [mail] = mailbox.mails
	if (!mail) throw new Error("No mail")
	const [head = ""] = mail.raw.split("\r\n\r\n", 1)
	const unfolded = head.replace(/\r\n[ \t]+/g, " ").split("\r\n")
	return { ...mail, head, headerNames: unfolded.map((line) => line.split(":", 1)[0]?.toLowerCase()).sort() }
}

const askedAt = new Date("2026-11-25T02:10:00Z")

const HEADERS = [
	"auto-submitted",
	"content-type",
	"date",
	"from",
	"message-id",
	"mime-version",
	"subject",
	"to",
]

describe("a mail", () => {
	it("V7: says the same as HTML and as text, link included", async () => {
		const message = renderMail(VerifyMail({ link, period: "7 days", askedAt }))
		const mail = await deliver(message)
		expect(mail.subject).toBe(message.subject)
		expect(mail.envelope).toEqual({ from: "no-reply@kit.test", to: ["ada@example.org"] })
		const [, title = "?"] = /<h1[^>]*>([^<]+)</.exec(message.html) ?? []
		expect(mail.text).toContain(title)
		expect(mail.links).toEqual([link])
		expect(mail.html).toContain(`href="${link.replaceAll("&", "&amp;")}"`)
		expect(mail.headerNames).toEqual(HEADERS)
		expect(mail.head).toMatch(/^Auto-Submitted: auto-generated$/im)
	})

	it("is answered to MAIL_REPLY_TO, where there is one", async () => {
		env.mailReplyTo = { name: "Help, at once", address: "help@kit.test" }
		try {
			const mail = await deliver({ subject: "s", html: "<p>h</p>", text: "t" })
			expect(mail.headerNames).toEqual([...HEADERS, "reply-to"].sort())
			expect(mail.head).toMatch(/^Reply-To: "Help, at once" <help@kit\.test>$/m)
			expect(mail.envelope).toEqual({ from: "no-reply@kit.test", to: ["ada@example.org"] })
		} finally {
			env.mailReplyTo = undefined
		}
	})

	it("for a taken address offers what its owner can do, and nothing that changes anything", () => {
		const verified = renderMail(
			AddressTakenMail({ username: "ada", verified: true, resetLink: null, link: "http://kit.test/login" }),
		)
		const unverified = renderMail(
			AddressTakenMail({
				username: "ada",
				verified: false,
				resetLink: null,
				link: "http://kit.test/verify/resend",
			}),
		)
		expect(verified.text).toContain("http://kit.test/login")
		expect(unverified.text).toContain("http://kit.test/verify/resend")
		for (const { text, html } of [verified, unverified]) expect(text + html).not.toContain("signature")
	})

	it("says when it was asked for, and has its links on lines of their own", () => {
		const { html, text } = renderMail(VerifyMail({ link, period: "7 days", askedAt }))
		for (const said of [html, text]) expect(said).toContain("25 November 2026")
		expect(text.split("\n")).toContain(link)
		expect(text).not.toContain("copy this link")
		expect(html).toContain("copy this link")
		expect(html.match(/<h1[ >]/g)).toHaveLength(1)
		expect(html).toContain('<html lang="en">')
	})

	it("has dark colours, and a button that is a cell", () => {
		const { html } = renderMail(VerifyMail({ link, period: "7 days", askedAt }))
		expect(html).toContain("@media (prefers-color-scheme: dark)")
		expect(html).toMatch(/<td[^>]*background-color[^>]*><a /)
	})

	it("shows a user name as text, whatever it holds", () => {
		const { html } = renderMail(ResetMail({ username: '<img src=x onerror="x">', link, period: "7 days" }))
		expect(html).not.toContain("<img")
		expect(html).toContain("&lt;img")
	})
})

describe("H-45: text that would like to be a header", () => {
	const injections = [
		"x\r\nBcc: eve@example.com",
		"x\nBcc: eve@example.com",
		"x\rBcc: eve@example.com",
		"x\r\n\r\nanother body",
		"x\u2028Bcc: eve@example.com",
		"=?utf-8?Q?x=0d=0aBcc:_eve@example.com?=",
		"x\r\n.\r\nMAIL FROM:<eve@example.com>\r\nRCPT TO:<eve@example.com>\r\nDATA\r\n",
		"x".repeat(10_000),
		"é".repeat(5_000),
	]

	it.for(injections)("stays text in the subject and in the body: %j", async (text) => {
		const message = renderMail(ResetMail({ username: text, link, period: "7 days" }))
		// A subject is a sentence of ours around `appName`, which has at most 60 characters.
		const mail = await deliver({ ...message, subject: text.slice(0, 200) })
		expect(mail.envelope).toEqual({ from: "no-reply@kit.test", to: ["ada@example.org"] })
		expect(mail.headerNames).toEqual(HEADERS)
		expect(mail.head).not.toMatch(/^bcc:/im)
		for (const line of mail.raw.split("\r\n")) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(998)
		expect(mail.links.at(-1)).toBe(link)
	})
})

describe("the transport", () => {
	const message: Message = { subject: "s", html: "<p>h</p>", text: "t" }

	it.for([
		"a@x.test,b@y.test",
		"a@x.test%0aBcc:b@y.test",
		"A <a@x.test>",
		"a@X.test",
		" a@x.test",
		"a@x.test\r\nRCPT TO:<b@y.test>",
	])("H-44: does not even connect for %j, and it is not tried again", async (to) => {
		const { attempts } = mailbox
		const error = await transport.send(to, message).catch((refused: unknown) => refused)
		expect(isPermanentFailure(error)).toBe(true)
		expect(mailbox.attempts).toBe(attempts)
		expect(mailbox.mails).toEqual([])
	})

	it.for([
		["RCPT TO", "550 No such mailbox", true],
		["RCPT TO", "550 5.1.1 User unknown", true],
		["RCPT TO", "552 5.2.2 Mailbox full", true],
		["DATA", "550 No", true],
		["DATA", "550 5.6.0 Lines too long", true],
		["DATA", "451 Try later", false],
		["MAIL FROM", "550 Not from you", false],
		["RCPT TO", "553 5.7.1 Sender address rejected: not logged in", false],
		["RCPT TO", "554 5.7.1 Relay access denied", false],
		["RCPT TO", "530 5.7.0 Authentication required", false],
		["RCPT TO", "550 5.1.8 Sender address rejected: domain not found", false],
		["DATA", "550 5.7.60 Client does not have permissions to send as this sender", false],
		["DATA", "554 Message rejected: Email address is not verified", false],
	] as const)("H-62: after %s, %j is permanent: %s", async ([after, reply, permanent]) => {
		mailbox.mode = { after, reply }
		const error = await transport.send("ada@example.org", message).catch((refused: unknown) => refused)
		expect(error).toMatchObject({ responseCode: Number(reply.slice(0, 3)) })
		expect(isPermanentFailure(error)).toBe(permanent)
		expect(mailbox.mails).toEqual([])
	})

	it("H-62: a line that is cut is not permanent", async () => {
		mailbox.mode = "drop"
		const error = await transport.send("ada@example.org", message).catch((refused: unknown) => refused)
		expect(error).toBeInstanceOf(Error)
		expect(isPermanentFailure(error)).toBe(false)
	})

	it("H-81: rehearses with the mail server, which is asked as often, and sends nothing", async () => {
		const commandsOf = async (work: () => Promise<void>) => {
			mailbox.commands.length = 0
			await work()
			await expect.poll(() => mailbox.connections).toBe(0)
			return [...mailbox.commands]
		}
		const sent = await commandsOf(() => transport.send("ada@example.org", message))
		mailbox.mails.length = 0
		const { conversations, attempts } = mailbox
		const rehearsed = await commandsOf(() => transport.rehearse(message))
		expect(mailbox).toMatchObject({ conversations: conversations + 1, attempts, mails: [] })
		// MAIL, RCPT and DATA go out at once, and the mail itself is answered, too.
		expect(sent).toEqual(["EHLO", "MAIL"])
		expect(rehearsed).toEqual(["EHLO", "RSET", "RSET"])
	})

	it("without a mail server lets mails wait, instead of losing them", async () => {
		const error = await waitingTransport.send("ada@example.org", message).catch((refused: unknown) => refused)
		expect(error).toBeInstanceOf(Error)
		expect(isPermanentFailure(error)).toBe(false)
	})
})
