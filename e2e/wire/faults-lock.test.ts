import { setTimeout as pause } from "node:timers/promises"
import Database from "better-sqlite3"
import { describe, expect, it } from "vitest"
import { expectProblem } from "../support/answers"
import { clientOf, newSession, register, registerVerified, signIn, somebody } from "../support/client"
import { logged, until } from "../support/faults"
import { userRow } from "../support/rows"
import { fileOf } from "../support/server"
import { serverFixture } from "../support/server-fixture"

const { server, mailbox } = serverFixture()
const LOCKED_MS = 4_000

/** Another process writes, for as long as `work` takes. */
async function whileLocked<T>(work: () => Promise<T>): Promise<T> {
	const other = new Database(fileOf(server))
	other.exec("BEGIN IMMEDIATE")
	try {
		return await work()
	} finally {
		other.exec("ROLLBACK")
		other.close()
	}
}

describe("H-84: another process has the database locked for four seconds", () => {
	it("pages, sessions and health go on as ever; what writes waits, or is 503", async () => {
		const person = await registerVerified(server, mailbox)
		const Cookie = await newSession(server, person)
		// Its end is due to slide, which is a write.
		const soon = new Date(Date.now() + 5 * 60_000).toISOString()
		server.database.prepare(`UPDATE "Session" SET "expiresAt" = ?`).run(soon)
		const newcomer = somebody()
		let early: ReturnType<typeof register> | undefined
		let late: ReturnType<typeof signIn> | undefined
		await whileLocked(async () => {
			const started = performance.now()
			early = register(server, newcomer)
			const times: number[] = []
			while (performance.now() - started < LOCKED_MS) {
				if (!late && performance.now() - started > LOCKED_MS / 2) late = signIn(server, person)
				const asked = performance.now()
				const answers = ["/healthz", "/readyz", "/login", "/account"].map((path) =>
					clientOf(server).get(path, path === "/account" ? { Cookie } : {}),
				)
				await answers[0]
				times.push(performance.now() - asked)
				expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200, 200, 200])
				await pause(50)
			}
			// Waiting for the database would hold each of them up for a second.
			expect(times.sort((a, b) => a - b)[times.length >> 1]).toBeLessThan(400)
			expect(times.length).toBeGreaterThan(5)
		})
		const refused = await early
		if (refused) expectProblem(refused, 503, "unavailable")
		expect(refused?.headers.get("Retry-After")).toMatch(/^\d+$/)
		// Begun in the middle of it, it waited.
		expect((await late)?.status).toBe(200)
		expect((await register(server, newcomer)).status).toBe(201)
	})

	it("a session's end that could not be put off is told as it is stored", async () => {
		const person = await registerVerified(server, mailbox)
		const Cookie = await newSession(server, person)
		const { id } = userRow(server, person.username)
		const told = async () =>
			(await clientOf(server).getJson("/account", { Cookie })).json.session.expires_at as string
		// In the last half of its time, and in the first.
		for (const minutes of [5, 50]) {
			const soon = new Date(Date.now() + minutes * 60_000).toISOString()
			server.database.prepare(`UPDATE "Session" SET "expiresAt" = ? WHERE "userId" = ?`).run(soon, id)
			expect(await whileLocked(told)).toBe(soon)
			await expect.poll(told, { timeout: 10_000 }).not.toBe(soon)
			// What was begun while it was locked may still be written, and is a moment earlier.
			const stored = server.database
				.prepare(`SELECT "expiresAt" FROM "Session" WHERE "userId" = ? ORDER BY "createdAt" DESC`)
				.pluck()
			await expect.poll(async () => Date.parse(await told()) - Date.parse(String(stored.get(id)))).toBe(0)
		}
	})
})

describe("H-62: who is told that a mail is on its way gets it", () => {
	it("also where the database was locked meanwhile", async () => {
		const person = await registerVerified(server, mailbox)
		mailbox.mails.length = 0
		await whileLocked(async () => {
			const asked = await clientOf(server).postJson("/forgot-password", { email: person.email })
			expect(asked.status).toBe(202)
			await pause(LOCKED_MS)
			expect(mailbox.mails).toEqual([])
		})
		expect((await mailbox.next(person.email, 15_000)).links[0]).toContain("/reset-password?")
	})

	it("once, also where the database was locked when the mail server took it", async () => {
		const person = await registerVerified(server, mailbox)
		mailbox.answerDelayMs = 1_000
		const { attempts } = mailbox
		expect((await clientOf(server).postJson("/forgot-password", { email: person.email })).status).toBe(202)
		await until(() => mailbox.attempts > attempts)
		await whileLocked(async () => {
			await until(() => logged(server, "mail.unrecorded").length === 1)
		})
		mailbox.answerDelayMs = 0
		const [unrecorded] = logged(server, "mail.unrecorded")
		const isSent = (line: Record<string, unknown>) => line.mail_id === unrecorded?.mail_id
		await until(() => logged(server, "mail.sent").some(isSent))
		expect(mailbox.attempts).toBe(attempts + 1)
		expect(logged(server, "mail.delayed")).toEqual([])
		expect(
			server.database.prepare(`SELECT "attempts" FROM "OutboxMail" WHERE "id" = ?`).get(unrecorded?.mail_id),
		).toEqual({ attempts: 1 })
	})
})
