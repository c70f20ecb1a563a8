import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { describe, expect, it } from "vitest"
import { register, registerVerified, somebody } from "../support/client"
import { death, until } from "../support/faults"
import { SAYS_LATER } from "../support/mailbox"
import { userRow } from "../support/rows"
import { type Settings, startServer, type TestServer } from "../support/server"
import { mailboxFixture } from "../support/server-fixture"

/** Each node speaks to a mail server of its own, which tells who sent what. */
const [first, second] = [mailboxFixture(), mailboxFixture()]
/** A mail belongs to who took it for the time that a try may take, and the pause after it. */
const LEASE_SECONDS = 6
const settings: Settings = { mail: { timeoutSeconds: 4, retryDelaysSeconds: [2] } }
/** More than one batch. */
const COUNT = 12

/** @returns addresses that have a mail in the outbox, of somebody whose mails say the same whenever they are sent */
function putMails(node: TestServer, userId: unknown): string[] {
	const put = node.database.prepare(
		`INSERT INTO "OutboxMail" ("id", "kind", "userId", "to", "createdAt", "nextAttemptAt") VALUES (?, 'email_changed', ?, ?, ?, ?)`,
	)
	const now = new Date().toISOString()
	const addresses = Array.from({ length: COUNT }, (_, number) => `m${number}@example.org`)
	for (const [number, to] of addresses.entries()) put.run(`mail-${number}`, userId, to, now, now)
	return addresses.sort()
}

const received = () =>
	[first, second].map(({ mails }) =>
		mails
			.map(({ envelope }) => envelope.to[0] ?? "")
			.filter((to) => /^m\d/.test(to))
			.sort(),
	)

describe("a mail that a node has taken", () => {
	it("H-67: is left to it while its time lasts, and sent once by another node when it was killed", async () => {
		const one = await startServer({ settings, env: { SMTP_URL: first.url } })
		const { id } = userRow(one, (await registerVerified(one, first)).username)
		const { databaseUrl, secret } = one
		const other = await startServer({ settings, databaseUrl, env: { SMTP_URL: second.url, SECRET: secret } })
		other.process.kill("SIGSTOP")
		first.mode = "hang"
		const { attempts } = first
		const addresses = putMails(one, id)
		const taken = () =>
			one.database
				.prepare(`SELECT count(*) FROM "OutboxMail" WHERE "id" LIKE 'mail-%' AND attempts > 0`)
				.pluck()
				.get()
		await until(() => first.attempts > attempts)
		const takenAt = performance.now()
		// Perhaps at two polls: they are put in one by one.
		await until(() => taken() === 10)
		one.process.kill("SIGKILL")
		other.process.kill("SIGCONT")
		await death(one)

		// The other one sends at once what was not taken …
		await until(() => received()[1]?.length === COUNT - 10)
		await pause(1_000)
		expect(performance.now() - takenAt).toBeLessThan(LEASE_SECONDS * 1000)
		expect(received()[1]).toHaveLength(COUNT - 10)
		// … and the rest once its time is over.
		await until(() => received()[1]?.length === COUNT)
		expect(performance.now() - takenAt).toBeGreaterThan((LEASE_SECONDS - 1) * 1000)
		await pause(1_000)
		expect(received()).toEqual([[], addresses])
		expect(await other.stop()).toBe(0)
	})

	it("H-67: is left to it for as long as its mail server takes to answer", async () => {
		first.mode = "accept"
		first.answerDelayMs = (LEASE_SECONDS + 2) * 1000
		const one = await startServer({ settings, env: { SMTP_URL: first.url } })
		const { databaseUrl, secret } = one
		const { attempts } = first
		const person = somebody()
		expect((await register(one, person)).status).toBe(201)
		await until(() => first.attempts > attempts)
		const other = await startServer({ settings, databaseUrl, env: { SMTP_URL: second.url, SECRET: secret } })
		await first.next(person.email, first.answerDelayMs + 2_000)
		first.answerDelayMs = 0
		await pause(1_000)
		expect(second.mails.filter(({ envelope }) => envelope.to.includes(person.email))).toEqual([])
		expect(first.attempts).toBe(attempts + 1)
		for (const node of [one, other]) expect(await node.stop()).toBe(0)
	})

	it("H-62: is tried again after its pause by the database's clock, whatever the node's says", async () => {
		for (const days of [-8, 8]) {
			const CLOCK_STEP = join(mkdtempSync(join(tmpdir(), "gatehouse-")), "clock")
			writeFileSync(CLOCK_STEP, String(days * 24 * 60 * 60 * 1000))
			first.mode = SAYS_LATER
			const node = await startServer({
				settings,
				env: { SMTP_URL: first.url, CLOCK_STEP },
				nodeOptions: ["--import", "./e2e/support/clock-step.mjs"],
			})
			const before = first.attempts
			const { email } = somebody()
			expect((await register(node, { ...somebody(), email })).status).toBe(201)
			await until(() => first.attempts === before + 1)
			await pause(1_000)
			expect(first.attempts).toBe(before + 1)
			await until(() => first.attempts > before + 1)
			first.mode = "accept"
			await first.next(email)
			expect(await node.stop()).toBe(0)
		}
	})
})
