import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { beforeEach, describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import {
	clientOf,
	linkFields,
	newSession,
	type Person,
	register,
	registerVerified,
	registrationCookieOf,
	sessionOf,
	signIn,
	somebody,
} from "../support/client"
import { countRows, death, until } from "../support/faults"
import { startServer, type TestServer } from "../support/server"
import { mailboxFixture } from "../support/server-fixture"

const mailbox = mailboxFixture()
let person: Person

beforeEach(() => {
	person = somebody()
})

/** @param point where the next process kills itself; without one it lives */
async function startOn(
	before: Pick<TestServer, "secret" | "databaseUrl">,
	point?: string,
): Promise<TestServer> {
	const server = await startServer({
		env: { SMTP_URL: mailbox.url, SECRET: before.secret, ...(point && { KILL_AT: point }) },
		nodeOptions: point ? ["--import", "./e2e/support/kill-at.mjs"] : [],
		databaseUrl: before.databaseUrl,
	})
	if (!point) expect(server.database.pragma("integrity_check", { simple: true })).toBe("ok")
	return server
}

describe("H-67: killed while somebody signs in", () => {
	it.for([
		["before the session is written", "before 1 INSERT INTO .*Session", 0],
		["after the session is written, before the answer", "after 1 INSERT INTO .*Session", 1],
	] as const)("%s: no half session, and signing in works afterwards", async ([, point, sessions]) => {
		const first = await startServer({ env: { SMTP_URL: mailbox.url } })
		await registerVerified(first, mailbox, person)
		expect(await first.stop()).toBe(0)

		const killed = await startOn(first, point)
		await expect(signIn(killed, person)).rejects.toThrow()
		await death(killed)

		const server = await startOn(killed)
		expect(countRows(server, "Session")).toBe(sessions)
		const signedIn = await signIn(server, person)
		const account = await clientOf(server).getJson("/account", { Cookie: sessionOf(signedIn) ?? "" })
		expect([signedIn.status, account.status, account.json.user.username]).toEqual([200, 200, person.username])
		expect(await server.stop()).toBe(0)
	})

	it("leaves the sessions of others alone", async () => {
		const first = await startOn({
			secret: "a-secret-of-thirty-two-bytes-0123456789",
			databaseUrl: `file:${newFile()}`,
		})
		await registerVerified(first, mailbox, person)
		const cookie = await newSession(first, person)
		await first.stop()
		const killed = await startOn(first, "before 1 INSERT INTO .*Session")
		await expect(signIn(killed, person)).rejects.toThrow()
		await death(killed)
		const server = await startOn(killed)
		expect((await clientOf(server).getJson("/account", { Cookie: cookie })).status).toBe(200)
		expect(await server.stop()).toBe(0)
	})
})

describe.runIf(config.verification.enabled)("H-67: killed while an address is verified", () => {
	it.for([
		["before it is written: the link still works", "before 1 UPDATE .*User.* SET .emailVerifiedAt", 200],
		["before it is committed: the link still works", "after 1 UPDATE .*User.* SET .emailVerifiedAt", 200],
		[
			"after that, before the session: the address is verified, and the link used",
			"before 1 INSERT INTO .*Session",
			400,
		],
	] as const)("%s", async ([, point, status]) => {
		const killed = await startServer({
			env: { SMTP_URL: mailbox.url, KILL_AT: point },
			nodeOptions: ["--import", "./e2e/support/kill-at.mjs"],
		})
		const registered = await register(killed, person)
		expect(registered.status).toBe(201)
		const cookie = registrationCookieOf(registered)
		const link = linkFields((await mailbox.next(person.email)).links[0] ?? "")
		await expect(clientOf(killed).postJson("/verify", link, { Cookie: cookie })).rejects.toThrow()
		await death(killed)

		const server = await startOn(killed)
		expect((await clientOf(server).postJson("/verify", link)).status).toBe(status)
		expect((await signIn(server, person)).status).toBe(200)
		expect(await server.stop()).toBe(0)
	})
})

describe("H-67: killed while the database is made", () => {
	it.for([
		["before the first table", 'before 1 CREATE TABLE "User"'],
		["after the last table", 'after 1 CREATE TABLE "User"'],
		["before the bookkeeping", 'before 1 INSERT INTO "_prisma_migrations"'],
		["after the bookkeeping, before the commit", 'after 1 INSERT INTO "_prisma_migrations"'],
	])("%s: nothing of it is left, and the next start makes it whole", async ([, point = ""]) => {
		const databaseUrl = `file:${newFile()}`
		const killed = await startServer({
			env: { KILL_AT: point },
			nodeOptions: ["--import", "./e2e/support/kill-at.mjs"],
			databaseUrl,
			waitUntilReady: false,
		})
		await until(() => killed.process.signalCode === "SIGKILL")
		expect(killed.database.prepare("SELECT count(*) FROM sqlite_master").pluck().get()).toBe(0)
		await killed.stop()

		const server = await startOn(killed)
		expect(
			server.database.prepare(`SELECT count(*) FROM "_prisma_migrations"`).pluck().get(),
		).toBeGreaterThan(0)
		await registerVerified(server, mailbox, person)
		expect((await signIn(server, person)).status).toBe(200)
		expect(await server.stop()).toBe(0)
	})
})

function newFile(): string {
	return join(mkdtempSync(join(tmpdir(), "gatehouse-")), "test.db")
}
