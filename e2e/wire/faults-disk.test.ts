import { execFileSync } from "node:child_process"
import { copyFileSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { beforeAll, describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import {
	clientOf,
	linkFields,
	newSession,
	type Person,
	register,
	registerVerified,
	registrationOf,
	signIn,
	somebody,
} from "../support/client"
import { answerOf, countRows, logged, until } from "../support/faults"
import { fileOf, startServer, type TestServer } from "../support/server"
import { serverFixture } from "../support/server-fixture"

const faultFile = join(mkdtempSync(join(tmpdir(), "gatehouse-")), "fault")
setFault("")
/** SQLite reads its file in pages of so many bytes. */
const PAGE_BYTES = 4096
const { server, mailbox } = serverFixture({ SQLITE_FAULT: faultFile }, [
	"--import",
	"./e2e/support/sqlite-fault.mjs",
])
let member: Person
let cookie: string

beforeAll(async () => {
	member = await registerVerified(server, mailbox)
	cookie = await newSession(server, member)
})

function setFault(fault: "full" | "readonly" | ""): void {
	writeFileSync(faultFile, fault)
}

/** Files cannot grow beyond what they are: what a full disk does to the write-ahead log. */
function limitFileSize(bytes: number | "unlimited"): void {
	execFileSync("prlimit", [`--pid=${server.process.pid}`, `--fsize=${bytes}:unlimited`])
}

const faults = [
	["the database is full", () => setFault("full"), () => setFault("")],
	["the database is read-only", () => setFault("readonly"), () => setFault("")],
	[
		"the write-ahead log cannot grow",
		() =>
			limitFileSize(
				Math.max(...[fileOf(server), `${fileOf(server)}-wal`].map((file) => statSync(file).size)),
			),
		() => limitFileSize("unlimited"),
	],
] as const

describe.for(faults)("H-68: %s", ([, begin, end]) => {
	const newcomers: Person[] = []

	it("what has to be written is 503, as a page and as JSON, and leaves nothing behind", async () => {
		const before = countRows(server, "User")
		const mails = mailbox.mails.length
		begin()
		// Space that is there already may still be used; it runs out.
		await until(async () => {
			const person = somebody()
			newcomers.push(person)
			return (await register(server, person)).status !== 201 || newcomers.length > 200
		}, 40_000)
		const refused = newcomers.at(-1) ?? somebody()
		const stored = server.database.prepare(`SELECT count(*) FROM "User" WHERE "email" = ?`).pluck()
		expect(stored.get(refused.email)).toBe(0)
		expect(countRows(server, "User")).toBe(before + newcomers.length - 1)

		const asProgram = await register(server, refused)
		expect([asProgram.status, asProgram.json.code]).toEqual([503, "unavailable"])
		expect(asProgram.headers.get("Retry-After")).toMatch(/^\d+$/)
		expect(asProgram.text).not.toMatch(/sqlite|prisma|disk|\/app\/|at .*:\d+/i)
		const asPerson = await clientOf(server).postForm("/register", registrationOf(refused))
		expect(asPerson.status).toBe(503)
		expect(asPerson.text).not.toMatch(/sqlite|prisma/i)
		expect([...asPerson.cookies, ...asProgram.cookies]).toEqual([])
		expect(stored.get(refused.email)).toBe(0)
		expect(logged(server, "database.unavailable").length).toBeGreaterThan(0)
		expect(mailbox.mails.filter(({ envelope }) => envelope.to.includes(refused.email))).toEqual([])
		expect(mailbox.mails.length - mails).toBeLessThanOrEqual(newcomers.length - 1)
	}, 60_000)

	it("what is only read goes on, sessions included", async () => {
		const client = clientOf(server)
		const account = await client.getJson("/account", { Cookie: cookie })
		expect([account.status, account.json.user.username]).toEqual([200, member.username])
		for (const path of ["/", "/login", "/register", "/healthz", "/readyz"])
			expect([path, (await client.get(path)).status]).toEqual([path, 200])
		const wrong = await client.postJson("/login", { username: member.username, password: "not the password" })
		expect([wrong.status, wrong.json.code]).toEqual([401, "credentials_invalid"])
	})

	it("a session that cannot be extended is not ended", async () => {
		const old = new Date(Date.now() + 20 * 60 * 1000).toISOString().replace("Z", "+00:00")
		end()
		server.database.prepare(`UPDATE "Session" SET "expiresAt" = ?`).run(old)
		begin()
		const account = await clientOf(server).getJson("/account", { Cookie: cookie })
		expect([account.status, account.cookies]).toEqual([200, []])
	})

	it("everything works again when the fault is gone", async () => {
		end()
		const person = newcomers.at(-1) ?? somebody()
		await registerVerified(server, mailbox, person)
		expect((await signIn(server, person)).status).toBe(200)
		expect((await clientOf(server).getJson("/account", { Cookie: cookie })).status).toBe(200)
		expect(server.database.pragma("integrity_check", { simple: true })).toBe("ok")
		expect(server.process.exitCode).toBeNull()
	})
})

describe.runIf(config.verification.enabled)("H-68: the database is read-only", () => {
	it("signing in and verifying are 503, without a session or a used link", async () => {
		const person = somebody()
		await register(server, person)
		const link = linkFields((await mailbox.next(person.email)).links[0] ?? "")
		const sessions = countRows(server, "Session")
		setFault("readonly")
		const signedIn = await signIn(server, member)
		const verified = await clientOf(server).postJson("/verify", link)
		setFault("")
		for (const answer of [signedIn, verified])
			expect([answer.status, answer.json.code, answer.cookies]).toEqual([503, "unavailable", []])
		expect(countRows(server, "Session")).toBe(sessions)
		expect((await clientOf(server).postJson("/verify", link)).status).toBe(200)
		expect((await signIn(server, member)).status).toBe(200)
	})
})

describe("H-68: the log's pipe is closed", () => {
	it("nobody notices", async () => {
		const own = await startServer({ env: { SMTP_URL: mailbox.url } })
		own.process.stdout?.destroy()
		own.process.stderr?.destroy()
		const person = await registerVerified(own, mailbox)
		expect((await signIn(own, person)).status).toBe(200)
		expect((await clientOf(own).get("/no-such-page")).status).toBe(404)
		expect(own.process.exitCode).toBeNull()
		expect(await own.stop()).toBe(0)
	})
})

/** Which of both depends on what SQLite has mapped, and what it has in its own cache. */
describe("a part of the file cannot be read", () => {
	it("it is 503, or the process ends; one that starts on a copy goes on", async () => {
		const first = await startServer({ env: { SMTP_URL: mailbox.url } })
		const person = await registerVerified(first, mailbox)
		const session = await newSession(first, person)
		await first.stop()
		const copy = `${fileOf(first)}-copy`
		copyFileSync(fileOf(first), copy)
		const startAgain = () =>
			startServer({ env: { SMTP_URL: mailbox.url, SECRET: first.secret }, databaseUrl: first.databaseUrl })
		const account = (server: TestServer) =>
			answerOf(clientOf(server).getJson("/account", { Cookie: session }))

		const broken = await startAgain()
		expect((await account(broken))?.status).toBe(200)
		truncateSync(fileOf(broken), PAGE_BYTES)
		const answer = await account(broken)
		if (answer) expect(answer.status).toBe(503)
		else await until(() => broken.process.signalCode === "SIGBUS")
		await broken.stop()

		for (const end of ["-wal", "-shm"]) rmSync(fileOf(first) + end, { force: true })
		copyFileSync(copy, fileOf(first))
		expect((await account(await startAgain()))?.status).toBe(200)
	})
})
