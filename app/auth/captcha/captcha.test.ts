import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest"
import { registrationOf } from "../../../e2e/support/registration.mjs"
import { nothing } from "../../../e2e/support/shown"
import { captchas } from "../../auth.events.server"
import { db, openDatabase } from "../../db/client.server"
import { log } from "../../log.server"
import { StartError } from "../../start-error"
import type { Caller } from "../caller"
import { register } from "../register.server"
import { registerSchema } from "../schema"
import type { Captcha } from "./captcha"
import { passCaptcha } from "./captcha.server"
import { hcaptcha, turnstile } from "./providers.server"
import { UsedTokens } from "./used-tokens.server"

let clients = 0
const off = { ...captchas }

function caller(signal?: AbortSignal): Caller {
	return { address: `192.0.2.${++clients}`, userAgent: "captcha", now: new Date(), signal }
}

function own(validate: Captcha["validate"]): Captcha {
	return { widget: { provider: "own", html: "<input name=answer>" }, field: "answer", validate }
}

afterEach(() => {
	Object.assign(captchas, off)
	vi.restoreAllMocks()
})

describe("C4: a captcha of one's own", () => {
	const passes = (token = "42", as = caller()) => passCaptcha("register", token, as)

	it("C4: is told the token, the form and the address, and lets pass with true, now or later", async () => {
		const told: unknown[] = []
		const as = caller()
		captchas.register = own((...given) => {
			told.push(given)
			return true
		})
		expect(await passes("42", as)).toEqual({ ok: true })
		expect(told).toEqual([["42", { form: "register", address: as.address, signal: expect.any(AbortSignal) }]])
		captchas.register = own(async () => true)
		expect(await passes()).toEqual({ ok: true })
	})

	it.for([false, undefined, null, 1, "true", "yes", {}, [], Number.NaN])(
		"C4: %j is no yes",
		async (answer) => {
			captchas.register = own(() => answer as boolean)
			expect(await passes()).toEqual({ ok: false, code: "captcha_failed" })
			captchas.register = own(async () => answer as boolean)
			expect(await passes()).toEqual({ ok: false, code: "captcha_failed" })
		},
	)

	it("C4: one that throws refuses, is logged, and never passes", async () => {
		const logged = vi.spyOn(log, "error").mockReturnValue()
		const broken = new Error("no such table")
		const throwing = [
			() => {
				throw broken
			},
			() => Promise.reject(broken),
			() => {
				throw undefined
			},
		]
		for (const validate of throwing) {
			captchas.register = own(validate)
			expect(await passes()).toEqual({ ok: false, code: "captcha_unavailable" })
		}
		expect(logged).toHaveBeenCalledTimes(3)
		expect(logged).toHaveBeenCalledWith(
			expect.objectContaining({ event: "captcha.unavailable", form: "register", err: broken }),
			expect.any(String),
		)
	})

	it("C4: one that never answers refuses after three seconds, and is told so", async () => {
		vi.spyOn(log, "error").mockReturnValue()
		let told: AbortSignal | undefined
		captchas.register = own((_token, { signal }) => {
			told = signal
			return new Promise(() => undefined)
		})
		const started = Date.now()
		expect(await passes()).toEqual({ ok: false, code: "captcha_unavailable" })
		expect(Date.now() - started).toBeGreaterThan(2_900)
		expect(Date.now() - started).toBeLessThan(4_000)
		expect(told?.aborted).toBe(true)
	})

	it("C4: who goes away is not waited for, and not logged", async () => {
		const logged = vi.spyOn(log, "error").mockReturnValue()
		captchas.register = own(() => new Promise(() => undefined))
		const started = Date.now()
		for (const wait of [null, 50]) {
			const visitor = new AbortController()
			const passed = passes("42", caller(visitor.signal))
			if (wait) await new Promise((resolve) => setTimeout(resolve, wait))
			visitor.abort()
			expect(await passed).toEqual({ ok: false, code: "captcha_unavailable" })
		}
		expect(Date.now() - started).toBeLessThan(1_500)
		expect(logged).not.toHaveBeenCalled()
	})

	it("C4: is not asked about a token that is missing, empty or endless", async () => {
		const validate = vi.fn(() => true)
		captchas.register = own(validate)
		for (const token of [undefined, "", "4".repeat(8_193)])
			expect(await passCaptcha("register", token, caller())).toEqual({ ok: false, code: "captcha_failed" })
		expect(validate).not.toHaveBeenCalled()
	})

	it("C3: forms without one ask for nothing", async () => {
		captchas.register = own(() => false)
		captchas.login = null
		expect(await passCaptcha("login", undefined, caller())).toEqual({ ok: true })
	})

	it("C4: registering without it makes no account, also where the call forgets the token", async () => {
		await openDatabase()
		captchas.register = own((token) => token === "42")
		const password = "correct horse battery staple"
		const person = { username: "captcha-test", email: "captcha@example.org", password }
		const input = registerSchema.parse(registrationOf(person))
		const count = await db.user.count()
		for (const token of [undefined, "41"])
			expect(
				await register(input, { registered: null, redirectTo: null, replaces: nothing, token }, caller()),
			).toEqual({ ok: false, code: "captcha_failed" })
		expect(await db.user.count()).toBe(count)
	})
})

describe("a provider", () => {
	let server: Server
	let url: string
	let hostname: unknown
	beforeEach(() => {
		hostname = "example.com"
	})

	beforeAll(async () => {
		server = createServer((_request, response) =>
			response.end(JSON.stringify({ success: true, hostname, action: "login", challenge_ts: new Date() })),
		)
		await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
		url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
	})
	afterAll(() => server.close())

	it("C1: outside production works without keys, by the provider's own for tests", async () => {
		captchas.login = hcaptcha({ verifyUrl: url })
		expect(captchas.login.widget).toMatchObject({ siteKey: "10000000-ffff-ffff-ffff-000000000001" })
		for (let tries = 0; tries < 2; tries++)
			expect(await passCaptcha("login", "10000000-aaaa-bbbb-cccc-000000000001", caller())).toEqual({
				ok: true,
			})
	})

	it.each([
		["example.com", { ok: true }],
		[["example.com"], { ok: false, code: "captcha_failed" }],
		[undefined, { ok: false, code: "captcha_failed" }],
		[7, { ok: false, code: "captcha_failed" }],
	])("C2: an answer for the host %j passes where that is ours", async (host, outcome) => {
		hostname = host
		captchas.login = turnstile({
			verifyUrl: url,
			siteKey: "site",
			secretKey: "secret",
			hostnames: ["example.com"],
		})
		expect(await passCaptcha("login", "token", caller())).toEqual(outcome)
	})

	it("C2: with keys of one's own, an answer for another host does not pass", async () => {
		captchas.login = turnstile({ verifyUrl: url, siteKey: "site", secretKey: "secret" })
		expect(await passCaptcha("login", "token", caller())).toEqual({ ok: false, code: "captcha_failed" })
	})

	it("H-64: whose certificate, or whose connection, cannot be trusted is as good as away", async () => {
		vi.spyOn(log, "error").mockReturnValue()
		for (const verifyUrl of [url.replace("http:", "https:"), "https://127.0.0.1:9/"]) {
			captchas.login = hcaptcha({ verifyUrl, siteKey: "site", secretKey: "secret" })
			expect(await passCaptcha("login", "token", caller())).toEqual({
				ok: false,
				code: "captcha_unavailable",
			})
		}
	})

	it.each(["http://provider.test/", "http://127.0.0.1.evil.test/", "ftp://provider.test/", "siteverify", ""])(
		"C1: is not asked at %j",
		(verifyUrl) => {
			expect(() => hcaptcha({ verifyUrl })).toThrow(StartError)
		},
	)
})

describe("used tokens", () => {
	it("H-54: are known for ten minutes, and then forgotten", () => {
		const used = new UsedTokens()
		const at = (minutes: number) => minutes * 60_000
		expect([used.use("a", at(0)), used.use("b", at(5)), used.use("a", at(9))]).toEqual([true, true, false])
		expect([used.use("a", at(11)), used.use("b", at(11))]).toEqual([true, false])
		used.giveBack("b")
		expect(used.use("b", at(11))).toBe(true)
	})

	it("H-54: are bounded: the oldest make room", () => {
		const used = new UsedTokens()
		for (let index = 0; index < 20_001; index++) used.use(String(index), 0)
		expect([used.use("20000", 1), used.use("2", 1), used.use("0", 1)]).toEqual([false, false, true])
	})
})
