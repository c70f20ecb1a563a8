import { beforeEach, describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import { clientOf, linkFields, type Person, register, sessionOf, signIn, somebody } from "../support/client"
import { answerOf, countRows, death, until, verifyByMail } from "../support/faults"
import { startServer, type TestServer } from "../support/server"
import { mailboxFixture } from "../support/server-fixture"

/** H-67: the process is killed at a named point, and started again on the same file with the same secret. */

const mailbox = mailboxFixture()
let person: Person

beforeEach(() => {
	mailbox.mode = "accept"
	mailbox.mails.length = 0
	person = somebody()
})

async function startToBeKilled(point: string, before?: TestServer): Promise<TestServer> {
	return startServer({
		env: { SMTP_URL: mailbox.url, KILL_AT: point, ...(before && { SECRET: before.secret }) },
		nodeOptions: ["--import", "./e2e/support/kill-at.mjs"],
		...(before && { databaseUrl: before.databaseUrl }),
	})
}

async function startAgain(killed: TestServer): Promise<TestServer> {
	await death(killed)
	const server = await startServer({
		env: { SMTP_URL: mailbox.url, SECRET: killed.secret },
		databaseUrl: killed.databaseUrl,
	})
	expect(server.database.pragma("integrity_check", { simple: true })).toBe("ok")
	expect(server.database.pragma("foreign_key_check")).toEqual([])
	return server
}

/** Kills at `point` while somebody registers. */
async function killWhileRegistering(point: string): Promise<TestServer> {
	const killed = await startToBeKilled(point)
	expect(await answerOf(register(killed, person))).toBeNull()
	return killed
}

/** What is true wherever it was killed: registering again looks as ever, and the person can finish. */
async function expectToFinish(server: TestServer): Promise<void> {
	const again = await register(server, { ...person, username: `${person.username}x` })
	expect(again.status).toBe(201)
	expect(again.json.verification).toBe("sent")
	expect(countRows(server, "User")).toBe(1)
	const { username } = server.database.prepare(`SELECT username FROM "User"`).get() as { username: string }

	const resent = await clientOf(server).postJson("/verify/resend", { email: person.email })
	expect(resent.status).toBe(202)
	const toVerify = () => mailbox.mails.find(({ links }) => links[0]?.includes("/verify?"))
	await until(() => toVerify() !== undefined)
	const verified = await clientOf(server).postJson("/verify", linkFields(toVerify()?.links[0] ?? ""))
	expect(verified.status).toBe(200)
	const signedIn = await signIn(server, { ...person, username })
	expect(signedIn.status).toBe(200)
	expect(sessionOf(signedIn)).toBeDefined()
}

describe.runIf(config.verification.enabled)("H-67: killed while somebody registers", () => {
	it.for([
		["before the user is written", "before 1 INSERT INTO .*User"],
		["after the user is written", "after 1 INSERT INTO .*User"],
		["before the mail is put in", "before 1 INSERT INTO .*OutboxMail"],
		["after the mail is put in", "after 1 INSERT INTO .*OutboxMail"],
		["right before the commit", "before 1 ^COMMIT"],
	])("%s: nothing is there, and registering again works", { timeout: 60_000 }, async ([, point = ""]) => {
		const server = await startAgain(await killWhileRegistering(point))
		expect([countRows(server, "User"), countRows(server, "OutboxMail"), mailbox.mails.length]).toEqual([
			0, 0, 0,
		])
		await expectToFinish(server)
		expect(await server.stop()).toBe(0)
	})

	it("right after the commit: user and mail are both there, and the mail goes out once", async () => {
		const server = await startAgain(await killWhileRegistering("after 1 ^COMMIT"))
		expect([countRows(server, "User"), countRows(server, "OutboxMail")]).toEqual([1, 1])
		expect((await verifyByMail(server, mailbox, person)).status).toBe(200)
		expect((await signIn(server, person)).status).toBe(200)
		expect(mailbox.mails).toHaveLength(1)
		expect(await server.stop()).toBe(0)
	})
})

describe.runIf(config.verification.enabled)("H-67: killed around a mail", () => {
	it("while the mail is under way: it goes out after the restart", async () => {
		mailbox.mode = "hang"
		const killed = await startServer({ env: { SMTP_URL: mailbox.url } })
		const { attempts } = mailbox
		expect((await register(killed, person)).status).toBe(201)
		await until(() => mailbox.attempts > attempts)
		killed.process.kill("SIGKILL")
		const server = await startAgain(killed)
		mailbox.mode = "accept"
		expectLeased(server)
		passLease(server)
		expect((await verifyByMail(server, mailbox, person)).status).toBe(200)
		await until(() => isSent(server))
		expect(mailbox.mails).toHaveLength(1)
		await expectToBeWhole(server)
	})

	it("after the mail, before it was marked as sent: it goes out twice at most, and either link works", async () => {
		const killed = await startToBeKilled("before 1 UPDATE .*OutboxMail.*SET `sentAt`")
		await answerOf(register(killed, person))
		const first = await mailbox.next(person.email)
		const server = await startAgain(killed)
		expect(isSent(server)).toBe(false)
		passLease(server)
		await mailbox.next(person.email, 20_000)
		await until(() => isSent(server))
		expect(mailbox.mails).toHaveLength(2)
		expect((await clientOf(server).postJson("/verify", linkFields(first.links[0] ?? ""))).status).toBe(200)
		await expectToBeWhole(server)
	})

	it("after the mark: it does not go out again", async () => {
		const killed = await startToBeKilled("after 1 UPDATE .*OutboxMail.*SET `sentAt`")
		await answerOf(register(killed, person))
		const mail = await mailbox.next(person.email)
		const server = await startAgain(killed)
		expect(isSent(server)).toBe(true)
		expect((await clientOf(server).postJson("/verify", linkFields(mail.links[0] ?? ""))).status).toBe(200)
		expect(mailbox.mails).toHaveLength(1)
		await expectToBeWhole(server)
	})
})

function isSent(server: TestServer): boolean {
	return server.database.prepare(`SELECT "sentAt" FROM "OutboxMail"`).pluck().get() !== null
}

/** A mail that a dead process had taken is nobody else's until the time for its try is over … */
function expectLeased(server: TestServer): void {
	const row = server.database.prepare(`SELECT * FROM "OutboxMail"`).get() as Record<string, unknown>
	expect(row).toMatchObject({ attempts: 1, sentAt: null, failedAt: null })
	expect(new Date(String(row.nextAttemptAt)).getTime()).toBeGreaterThan(Date.now())
}

/** … which this does not wait for. */
function passLease(server: TestServer): void {
	server.database.prepare(`UPDATE "OutboxMail" SET "nextAttemptAt" = "createdAt"`).run()
}

async function expectToBeWhole(server: TestServer): Promise<void> {
	expect((await signIn(server, person)).status).toBe(200)
	expect(countRows(server, "User")).toBe(1)
	expect(await server.stop()).toBe(0)
}
