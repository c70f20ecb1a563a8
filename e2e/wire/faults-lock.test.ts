import { setTimeout as pause } from "node:timers/promises"
import Database from "better-sqlite3"
import { describe, expect, it } from "vitest"
import { expectProblem } from "../support/answers"
import { clientOf, newSession, register, registerVerified, signIn, somebody } from "../support/client"
import { until } from "../support/faults"
import { startServer } from "../support/server"
import { serverFixture } from "../support/server-fixture"

const { server, mailbox } = serverFixture()
const LOCKED_MS = 4_000

/** Another process writes, for as long as `work` takes. */
async function whileLocked<T>(work: () => Promise<T>): Promise<T> {
	const other = new Database(server.databaseFile)
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
})

describe("two processes on one database", () => {
	it("never take each other's last superuser away", async () => {
		const other = await startServer({
			databaseFile: server.databaseFile,
			env: { SECRET: server.secret, SMTP_URL: mailbox.url },
		})
		const people = [await registerVerified(server, mailbox), await registerVerified(server, mailbox)]
		const ids = people.map(({ username }) =>
			server.database.prepare(`SELECT id FROM "User" WHERE username = ?`).pluck().get(username),
		)
		const promote = server.database.prepare(`UPDATE "User" SET superuser = username IN (?, ?)`)
		const count = server.database.prepare(`SELECT count(*) FROM "User" WHERE superuser`).pluck()
		for (let round = 0; round < 8; round++) {
			promote.run(people[0]?.username, people[1]?.username)
			const cookies = await Promise.all(people.map((person) => newSession(server, person)))
			const demoted = await Promise.all(
				[server, other].map(({ url }, index) =>
					clientOf({ url }).send(`/users/${ids[1 - index]}`, {
						method: "PATCH",
						headers: { "Content-Type": "application/json", Cookie: cookies[index] ?? "" },
						body: JSON.stringify({ superuser: false }),
					}),
				),
			)
			expect(count.get()).toBe(1)
			// The other one was no superuser any more, or the last one.
			expect(demoted.map(({ status }) => status).sort()[0]).toBe(200)
		}
		await until(() => server.logLines().every(({ event }) => event !== "request.failed"), 1)
		await other.stop()
	})
})
