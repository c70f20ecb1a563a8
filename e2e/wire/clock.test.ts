import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import { clientOf, newSession, registerVerified, sessionOf, signIn } from "../support/client"
import { serverFixture } from "../support/server-fixture"

const CLOCK_STEP = join(mkdtempSync(join(tmpdir(), "gatehouse-")), "clock")
const { server, mailbox } = serverFixture({ CLOCK_STEP }, ["--import", "./e2e/support/clock-step.mjs"])
const DAY_SECONDS = 24 * 60 * 60
const stepClock = (seconds: number) => writeFileSync(CLOCK_STEP, String(seconds * 1000))
stepClock(0)
afterEach(() => stepClock(0))

describe("a step of the system's clock", () => {
	it("H-50: forward, frees no account that is blocked", async () => {
		const person = await registerVerified(server, mailbox)
		const { points, durationSeconds } = config.limits.wrongPasswordPerAccount
		for (let count = 0; count < points; count++)
			await signIn(server, { ...person, password: "not the password" })
		expect((await signIn(server, person)).status).toBe(429)
		stepClock(2 * durationSeconds)
		expect((await signIn(server, person)).status).toBe(429)
	})

	it("H-73: back, lengthens no session past its absolute end", async () => {
		const person = await registerVerified(server, mailbox)
		const Cookie = await newSession(server, person)
		const account = () => clientOf(server).getJson("/account", { Cookie })
		const ended = new Date(Date.now() - 1_000).toISOString()
		server.database.prepare(`UPDATE "Session" SET "expiresAt" = ?, "absoluteExpiresAt" = ?`).run(ended, ended)
		stepClock(-DAY_SECONDS)
		expect((await account()).status).toBe(401)
	})

	it("H-73: back, people still sign in, and stay signed in as long as ever", async () => {
		const person = await registerVerified(server, mailbox)
		stepClock(-DAY_SECONDS)
		const Cookie = await newSession(server, person)
		const { status, json } = await clientOf(server).getJson("/account", { Cookie })
		expect(status).toBe(200)
		const until = (Date.parse(json.session.expires_at) - Date.now()) / 1000
		expect(Math.abs(until - config.session.expirySeconds)).toBeLessThan(60)
	})

	it("H-73: forward and back, ends what began meanwhile, and people sign in anew", async () => {
		const person = await registerVerified(server, mailbox)
		const account = (Cookie: string) => clientOf(server).getJson("/account", { Cookie })
		stepClock(30 * DAY_SECONDS)
		for (const remember of [false, true]) {
			const ahead = sessionOf(await clientOf(server).postJson("/login", { ...person, remember })) ?? ""
			expect((await account(ahead)).status).toBe(200)
			stepClock(0)
			expect((await account(ahead)).status).toBe(401)
			stepClock(30 * DAY_SECONDS)
		}
		stepClock(0)
		expect((await account(await newSession(server, person))).status).toBe(200)
	})
})
