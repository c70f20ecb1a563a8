import { connect, createServer, type Server, type Socket } from "node:net"
import { describe, expect, it, type TestContext } from "vitest"
import { config } from "../../app/auth.config"
import { AFTER_REGISTERING, clientOf, linkFields, register, sessionOf, somebody } from "../support/client"
import { dump, logged, until, verifyByMail } from "../support/faults"
import { type Mailbox, type MailboxMode, SAYS_LATER, startMailbox } from "../support/mailbox"
import { freePort, type Settings, startServer, type TestServer } from "../support/server"

/** Far below `mail.timeoutSeconds`: nobody waits for the mail server. */
const ANSWER_MS = 5_000

async function withMailbox(
	mode: MailboxMode,
	{ onTestFinished }: TestContext,
	settings?: Settings,
): Promise<{ server: TestServer; mailbox: Mailbox }> {
	const mailbox = await startMailbox()
	mailbox.mode = mode
	const server = await startServer({ settings, env: { SMTP_URL: mailbox.url } })
	onTestFinished(async () => {
		await server.stop()
		await mailbox.close()
	})
	return { server, mailbox }
}

async function registersAsEver(server: TestServer, person = somebody()) {
	const started = Date.now()
	const answer = await register(server, person)
	const { username, email } = person
	expect(answer.status).toBe(201)
	expect(answer.json).toEqual({
		user: { username, email },
		verification: "sent",
		redirect_to: AFTER_REGISTERING,
	})
	expect(sessionOf(answer)).toBeUndefined()
	expect(Date.now() - started).toBeLessThan(ANSWER_MS)
	return person
}

function expectNoSecretKept(server: TestServer, email: string, signature = "signature="): void {
	expect(server.output()).not.toContain(email)
	for (const text of [server.output(), dump(server.database)]) {
		expect(text).not.toContain(signature)
		expect(text).not.toContain("/verify?")
	}
}

function storedMail(server: TestServer) {
	return server.database.prepare(`SELECT * FROM "OutboxMail"`).get() as Record<string, unknown>
}

describe.runIf(config.verification.enabled)("H-62: a mail server that fails for a while", () => {
	const cases = [
		["says 451 after DATA", SAYS_LATER],
		["drops the line after DATA", "drop"],
		["never answers DATA", "hang"],
	] as const
	it.concurrent.for(cases)(
		"%s: nobody notices, and the mail arrives once it is back",
		{ timeout: 120_000 },
		async ([, mode], context) => {
			const settings = { mail: { answerTimeoutSeconds: 3 } }
			const { server, mailbox } = await withMailbox(mode, context, settings)
			const person = await registersAsEver(server)
			await until(() => mailbox.attempts === 1)
			expect(mailbox.mails).toEqual([])
			expect(storedMail(server)).toMatchObject({ attempts: 1, sentAt: null, failedAt: null })

			await until(() => logged(server, "mail.delayed").length === 1)
			await until(() => mailbox.connections === 0)
			mailbox.mode = "accept"
			const mail = await mailbox.next(person.email, 20_000)
			const link = linkFields(mail.links[0] ?? "")
			expect((await clientOf(server).postJson("/verify", link)).status).toBe(200)
			await until(() => logged(server, "mail.sent").length === 1)
			expect(mailbox.mails).toHaveLength(1)
			expect(storedMail(server).sentAt).not.toBeNull()
			expectNoSecretKept(server, person.email, link.signature)
		},
	)

	it.concurrent("refuses the connection: nobody notices, and the mail arrives once it is back", {
		timeout: 120_000,
	}, async ({ onTestFinished }) => {
		const port = await freePort()
		const server = await startServer({ env: { SMTP_URL: `smtp://127.0.0.1:${port}` } })
		onTestFinished(async () => void (await server.stop()))
		const person = await registersAsEver(server)
		await until(() => logged(server, "mail.delayed").length === 1)
		expect(logged(server, "mail.delayed")[0]).toMatchObject({ attempt: 1, kind: "verify" })

		const mailbox = await startMailbox()
		const relay = await startRelay(port, "127.0.0.1", mailbox)
		onTestFinished(async () => {
			relay.close()
			await mailbox.close()
		})
		expect((await verifyByMail(server, mailbox, person)).status).toBe(200)
		expect(mailbox.mails).toHaveLength(1)
		expectNoSecretKept(server, person.email)
	})

	it.concurrent("is asked again after the first pause, not after the time a try may take as well", async (context) => {
		const { server } = await withMailbox(SAYS_LATER, context)
		await registersAsEver(server)
		await until(() => logged(server, "mail.delayed").length === 1)
		const { nextAttemptAt } = storedMail(server)
		expect(new Date(String(nextAttemptAt)).getTime() - Date.now()).toBeLessThan(10_000)
	})
})

describe.runIf(config.verification.enabled)("H-62: a mail server that is slow", () => {
	it.concurrent("mail.answerTimeoutSeconds: gets a mail once, though it takes longer than a try may", async (context) => {
		const settings = { mail: { timeoutSeconds: 1, retryDelaysSeconds: [1], answerTimeoutSeconds: 60 } }
		const { server, mailbox } = await withMailbox("accept", context, settings)
		mailbox.answerDelayMs = 5_000
		const { email } = await registersAsEver(server)
		await mailbox.next(email)
		await until(() => logged(server, "mail.sent").length === 1)
		expect(mailbox.attempts).toBe(1)
		expect(logged(server, "mail.delayed")).toEqual([])
	})

	it.concurrent("holds up no other mail", async (context) => {
		const { server, mailbox } = await withMailbox("accept", context)
		mailbox.answerDelayMs = 15_000
		await registersAsEver(server)
		await until(() => mailbox.attempts === 1)
		mailbox.answerDelayMs = 0
		const { email } = await registersAsEver(server)
		await mailbox.next(email, ANSWER_MS)
		await until(() => logged(server, "mail.sent").length === 1, ANSWER_MS)
	})

	it.concurrent("says a byte at a time, and never comes to an end: it is hung up on", async ({
		onTestFinished,
	}) => {
		const open = new Set<Socket>()
		const dripping = createServer((socket) => {
			open.add(socket)
			const drip = setInterval(() => socket.write("2"), 100)
			socket
				.on("error", () => {})
				.on("close", () => {
					clearInterval(drip)
					open.delete(socket)
				})
		})
		const port = await freePort()
		await new Promise<void>((resolve) => dripping.listen(port, "127.0.0.1", resolve))
		const server = await startServer({
			settings: { mail: { timeoutSeconds: 2 } },
			env: { SMTP_URL: `smtp://127.0.0.1:${port}` },
		})
		onTestFinished(async () => {
			await server.stop()
			dripping.close()
		})
		await registersAsEver(server)
		await until(() => open.size === 1)
		await until(() => logged(server, "mail.delayed").length === 1)
		expect(logged(server, "mail.delayed")[0]).toMatchObject({ reason: "ETIMEDOUT" })
		await until(() => open.size === 0)
	})
})

describe.runIf(config.verification.enabled)("H-62: a mail server that says no for good", () => {
	it.concurrent.for([
		["RCPT", { after: "RCPT TO", reply: "550 5.1.1 No such mailbox" }],
		["DATA", { after: "DATA", reply: "550 5.6.0 Not like this" }],
	] as const)(
		"after %s: the mail is given up, once, and the log says so without address or link",
		async ([, mode], context) => {
			const { server, mailbox } = await withMailbox(mode, context)
			const person = await registersAsEver(server)
			await until(() => logged(server, "mail.failed").length === 1)
			expect(logged(server, "mail.failed")[0]).toMatchObject({
				level: 50,
				attempt: 1,
				kind: "verify",
				smtp_status: 550,
			})
			expect(storedMail(server)).toMatchObject({ attempts: 1, sentAt: null })
			expect(storedMail(server).failedAt).not.toBeNull()
			expect(mailbox.mails).toEqual([])
			expectNoSecretKept(server, person.email)

			// The owner can ask again, as if nothing had been.
			mailbox.mode = "accept"
			expect((await clientOf(server).postJson("/verify/resend", { email: person.email })).status).toBe(202)
			expect((await verifyByMail(server, mailbox, person)).status).toBe(200)
			expect(mailbox.mails).toHaveLength(1)
		},
	)
})

describe.runIf(config.verification.enabled)("H-62: a mail server elsewhere whose STARTTLS is missing", () => {
	it.concurrent("gets no mail in plain text", async ({ onTestFinished }) => {
		const mailbox = await startMailbox()
		const port = await freePort()
		// Any name but this machine's usual ones stands for a server across the network.
		const relay = await startRelay(port, "127.0.0.2", mailbox)
		const server = await startServer({ env: { SMTP_URL: `smtp://127.0.0.2:${port}` } })
		onTestFinished(async () => {
			await server.stop()
			relay.close()
			await mailbox.close()
		})
		const person = await registersAsEver(server)
		await until(() => logged(server, "mail.delayed").length === 1)
		expect(logged(server, "mail.delayed")[0]).toMatchObject({ reason: "ETLS" })
		expect(mailbox.attempts).toBe(0)
		expect(mailbox.mails).toEqual([])
		expect(storedMail(server)).toMatchObject({ sentAt: null, failedAt: null })
		expectNoSecretKept(server, person.email)
	})
})

async function startRelay(port: number, host: string, mailbox: Mailbox): Promise<Server> {
	const relay = createServer((socket) => {
		const upstream = connect(Number(new URL(mailbox.url).port), "127.0.0.1")
		for (const end of [socket, upstream]) end.on("error", () => end.destroy())
		socket.pipe(upstream).pipe(socket)
	})
	await new Promise<void>((resolve, reject) => relay.once("error", reject).listen(port, host, resolve))
	return relay
}
