import { randomUUID } from "node:crypto"
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import { en as text } from "../../app/text/en"
import { expectPrivate, expectProblem, expectRefused, textOf } from "../support/answers"
import { buildCaptchaFork, keys, startCaptchaServer } from "../support/captcha-fork"
import { type Answer, clientOf, linkFields, type Person, registrationOf, somebody } from "../support/client"
import { rowsOf } from "../support/rows"
import { startServer, type TestServer } from "../support/server"
import { mailboxFixture } from "../support/server-fixture"
import { TOKEN_BACKENDS } from "../support/token-backends"
import { SECRET_KEY, startVerification, type Verification } from "../support/verification"

const mailbox = mailboxFixture()
let fork: string
let server: TestServer
let provider: Verification

beforeAll(async () => {
	provider = await startVerification()
	fork = await buildCaptchaFork()
	server = await startCaptchaServer(fork, provider, { SMTP_URL: mailbox.url })
}, 300_000)

afterAll(async () => {
	await server?.stop()
	await provider?.close()
})

afterEach(() => {
	provider.asked.length = 0
	provider.says = {}
	provider.fault = null
})

type Form = "register" | "login" | "forgot" | "resend"
type Case = { form: Form; path: string; field: string; fields: () => Record<string, string> }

const hcaptcha: Case = {
	form: "register",
	path: "/register",
	field: "h-captcha-response",
	fields: () => registrationOf(somebody()),
}
const recaptcha: Case = {
	form: "login",
	path: "/login",
	field: "g-recaptcha-response",
	fields: () => ({ username: "nobody", password: somebody().password }),
}
const turnstile: Case = {
	form: "forgot",
	path: "/forgot-password",
	field: "cf-turnstile-response",
	fields: () => ({ email: somebody().email }),
}
const own: Case = {
	form: "resend",
	path: "/verify/resend",
	field: "legs",
	fields: () => ({ email: somebody().email }),
}
const byProvider = [hcaptcha, recaptcha, ...(config.passwordReset.enabled ? [turnstile] : [])]
const all = [...byProvider, ...(config.verification.enabled ? [own] : [])]

const WRONG = "another correct horse battery"

const solved = (form: Form) => `${form}-${randomUUID()}`

/** As JSON and as a form, each from an address of its own and with a token of its own. */
async function send({ path, field, fields }: Case, token: () => unknown) {
	const tokens = () => {
		const value = token()
		return value === undefined ? {} : { [field]: value }
	}
	const json = await clientOf(server).postJson(path, { ...fields(), ...tokens() })
	const form = await clientOf(server).postForm(path, { ...fields(), ...(tokens() as Record<string, string>) })
	return { json, form }
}

/** What happens when the captcha is no hindrance. */
function expectPassed({ json, form }: { json: Answer; form: Answer }, { form: name }: Case): void {
	const statuses = { register: [201, 303], login: [401, 401], forgot: [202, 303], resend: [202, 303] }
	expect([json.status, form.status]).toEqual(statuses[name])
	if (name === "login") expectRefused({ json, form }, 401, "credentials_invalid")
}

async function expectNothingDone(act: () => Promise<void>): Promise<void> {
	const before = rowsOf(server)
	await act()
	expect(rowsOf(server)).toEqual(before)
}

describe("what is asked", () => {
	it("C1, C2: GET tells a program provider, site key and field, and nothing secret", async () => {
		const captchas = await Promise.all(
			all.map(async ({ path }) => {
				const answer = await clientOf(server).getJson(path)
				expect(answer.text).not.toContain(SECRET_KEY)
				return [path, answer.json.captcha]
			}),
		)
		expect(Object.fromEntries(captchas)).toMatchObject({
			"/register": {
				provider: "hcaptcha",
				field: "h-captcha-response",
				site_key: "site-key-of-hcaptcha",
			},
			"/login": {
				provider: "recaptcha_v2",
				field: "g-recaptcha-response",
				site_key: "site-key-of-recaptcha",
			},
		})
		const pages = await Promise.all(
			all.map(({ path }) => clientOf(server).get(path, { Accept: "text/html" })),
		)
		for (const page of pages) expect(page.text).not.toContain(SECRET_KEY)
	})

	it("C1: hCaptcha is asked with secret, token, site key and, as chosen, the visitor's address", async () => {
		const visitor = clientOf(server)
		const token = solved("register")
		const person = somebody()
		const fields = { ...registrationOf(person), "h-captcha-response": token }
		expect((await visitor.postJson("/register", fields)).status).toBe(201)
		expect(provider.asked).toEqual([
			{ secret: SECRET_KEY, response: token, sitekey: "site-key-of-hcaptcha", remoteip: visitor.address },
		])
	})

	it.each(byProvider.slice(1))("C2: $field is asked about without the visitor's address", async (asked) => {
		const token = solved(asked.form)
		await clientOf(server).postJson(asked.path, { ...asked.fields(), [asked.field]: token })
		expect(provider.asked).toEqual([{ secret: SECRET_KEY, response: token }])
	})

	it.each(byProvider)("C3: $path passes with a token that is good, by form and JSON", async (asked) => {
		expectPassed(await send(asked, () => solved(asked.form)), asked)
		expect(provider.asked).toHaveLength(2)
	})

	it("C3: signing in with a good token and the right password starts a session", async () => {
		const person = await registerWithCaptcha()
		const { username, password } = person
		const right = { username, password, "g-recaptcha-response": solved("login") }
		const signedIn = await clientOf(server).postJson("/login", right)
		expect([signedIn.status, signedIn.json.user.username]).toEqual([200, username])
		if (!TOKEN_BACKENDS.includes("bearer")) return
		const byToken = { ...right, "g-recaptcha-response": solved("login") }
		expect((await clientOf(server).postJson("/login/bearer", byToken)).status).toBe(200)
		expectProblem(
			await clientOf(server).postJson("/login/bearer", { username, password }),
			422,
			"captcha_failed",
		)
	})

	it.runIf(config.verification.enabled)("C4: the example of docs/captcha.md asks a question", async () => {
		expect((await clientOf(server).getJson(own.path)).json.captcha).toEqual({
			provider: "spider",
			field: "legs",
			html: expect.stringContaining("How many legs does a spider have?"),
		})
		expectPassed(await send(own, () => " 8"), own)
		expectPassed(await send(own, () => "8"), own)
		expectRefused(await send(own, () => "6"), 422, "captcha_failed")
		expect(provider.asked).toEqual([])
	})
})

describe("what does not pass", () => {
	const notTokens: [string, unknown][] = [
		["is missing", undefined],
		["is empty", ""],
		["is null", null],
		["is true", true],
		["is a list", ["register-0"]],
		["is an object", { toString: "register-0" }],
		["is too long", "register-".padEnd(8_193, "0")],
		["is no ASCII", "register-é"],
		["has a line break", "register-\r\nX: y"],
	]
	it.each(notTokens)(
		"H-54: a token that %s is refused, and nobody is asked about it",
		async (_title, token) => {
			await expectNothingDone(async () => {
				for (const { path, fields, field } of byProvider) {
					const sent = { ...fields(), ...(token === undefined ? {} : { [field]: token }) }
					expectProblem(await clientOf(server).postJson(path, sent), 422, "captcha_failed")
					if (typeof token !== "string" && token !== undefined) continue
					const form = await clientOf(server).postForm(path, sent as Record<string, string>)
					expect(form.status).toBe(422)
					expectPrivate(form)
				}
			})
			expect(provider.asked).toEqual([])
		},
	)

	it("H-54: of a token that is given twice, none counts", async () => {
		const twice = (
			path: string,
			field: string,
			fields: Record<string, string>,
			first: string,
			second: string,
		) => {
			const body = new URLSearchParams(fields)
			body.append(field, first)
			body.append(field, second)
			const headers = { "Content-Type": "application/x-www-form-urlencoded" }
			return clientOf(server).send(path, { method: "POST", headers, body: body.toString() })
		}
		for (const { path, field, fields, form } of byProvider)
			expect((await twice(path, field, fields(), solved(form), solved(form))).status).toBe(422)
		expect(provider.asked).toEqual([])
	})

	it("H-54: a token of another form's field does not count", async () => {
		const sent = { ...hcaptcha.fields(), "g-recaptcha-response": solved("register") }
		expectProblem(await clientOf(server).postJson("/register", sent), 422, "captcha_failed")
		expect(provider.asked).toEqual([])
	})

	const hours = (count: number) => new Date(Date.now() + count * 3_600_000).toISOString()
	const wrong: [string, Record<string, unknown>][] = [
		["that the provider refuses", { success: false, "error-codes": ["invalid-input-response"] }],
		["that the provider refuses without a word", { success: false }],
		["of another host", { hostname: "evil.test" }],
		["of a host that ours is a part of", { hostname: "localhost.evil.test" }],
		["of no host", { hostname: undefined }],
		["of a host that is not provided", { hostname: "not-provided" }],
		["of two hosts", { hostname: ["localhost", "evil.test"] }],
		["of an hour ago", { challenge_ts: hours(-1) }],
		["of the next hour", { challenge_ts: hours(1) }],
		["of no time", { challenge_ts: undefined }],
		["of a time that is none", { challenge_ts: "now" }],
	]
	it.each(wrong)("H-54: a token %s is refused, and nothing is done", async (_title, says) => {
		provider.says = says
		await expectNothingDone(async () => {
			for (const asked of byProvider)
				expectRefused(await send(asked, () => solved(asked.form)), 422, "captcha_failed")
		})
	})

	it.runIf(config.passwordReset.enabled)("H-54: Turnstile's token of another form is refused", async () => {
		provider.says = { action: "register" }
		expectRefused(await send(turnstile, () => solved("forgot")), 422, "captcha_failed")
	})

	it.each(byProvider)(
		"H-54: a token of $path is good once, also of two at the same moment",
		async (asked) => {
			const token = solved(asked.form)
			const once = () => clientOf(server).postJson(asked.path, { ...asked.fields(), [asked.field]: token })
			const codes = (await Promise.all([once(), once(), once()])).map(({ json }) => json.code)
			expect(codes.filter((code) => code === "captcha_failed")).toHaveLength(2)
			expectProblem(await once(), 422, "captcha_failed")
		},
	)

	it("H-54, H-64: what says neither yes nor no within three seconds is 503, and nothing is done", async () => {
		for (const fault of [
			"500",
			"text instead of true",
			"a list",
			"a page",
			"nothing",
			"a redirect",
			"an answer of 10 MB",
			"a connection that breaks",
			"silence",
			"a beginning, and silence",
		] as const) {
			provider.fault = fault
			const started = Date.now()
			await expectNothingDone(async () => {
				await Promise.all(
					byProvider.map(async (asked) => {
						const refused = await send(asked, () => solved(asked.form))
						expectRefused(refused, 503, "captcha_unavailable")
						for (const { headers } of [refused.json, refused.form])
							expect(headers.get("Retry-After"), fault).toMatch(/^[1-9]\d*$/)
					}),
				)
			})
			expect(Date.now() - started, fault).toBeLessThan(2 * 3_000 + 2_000)
		}
		expect(server.output()).toContain("A captcha could not be checked")
		expect(server.output()).not.toContain(SECRET_KEY)
	})

	it("H-54: keys that are wrong are not the visitor's fault: 503, and the log says so", async () => {
		for (const code of ["invalid-input-secret", "sitekey-secret-mismatch", "bad-request"]) {
			provider.says = { success: false, "error-codes": [code] }
			expectRefused(await send(hcaptcha, () => solved("register")), 503, "captcha_unavailable")
			await expect.poll(() => server.output()).toContain(`The provider says ${code}`)
		}
	})

	it("H-54: a token that could not be checked can be shown again", async () => {
		const token = solved("register")
		const once = () =>
			clientOf(server).postJson("/register", { ...hcaptcha.fields(), [hcaptcha.field]: token })
		provider.fault = "500"
		expectProblem(await once(), 503, "captcha_unavailable")
		provider.fault = null
		expect((await once()).status).toBe(201)
	})
})

describe("when it is asked", () => {
	it("C3: after the form itself was found right", async () => {
		const sent = { ...hcaptcha.fields(), username: "a b", [hcaptcha.field]: solved("register") }
		expectProblem(await clientOf(server).postJson("/register", sent), 422, "validation_failed")
		expect(provider.asked).toEqual([])
	})

	it("C3: after limits, of which what does not pass takes nothing", async () => {
		const client = clientOf(server)
		const tried = config.limits.registrationPerClient.points + 2
		const without = Array.from({ length: tried }, () => client.postJson("/register", hcaptcha.fields()))
		for (const answer of await Promise.all(without)) expectProblem(answer, 422, "captcha_failed")
		const username = (await registerWithCaptcha()).username
		const { points } = config.limits.wrongPasswordPerAccount
		const asWrong = (sent: object) =>
			clientOf(server).postJson("/login", { username, password: WRONG, ...sent })
		for (let count = 0; count < points + 1; count++) expectProblem(await asWrong({}), 422, "captcha_failed")
		for (let count = 0; count < points; count++)
			expectProblem(await asWrong({ [recaptcha.field]: solved("login") }), 401, "credentials_invalid")
		provider.asked.length = 0
		expectProblem(await asWrong({ [recaptcha.field]: solved("login") }), 429, "rate_limited")
		expect(provider.asked).toEqual([])
	})

	it("C3: one client's wrong tokens are limited, its right ones are not", async () => {
		const client = clientOf(server)
		const { points } = config.limits.wrongCaptchaPerClient
		const post = (token: string) =>
			client.postJson("/login", { username: randomUUID(), password: WRONG, [recaptcha.field]: token })
		expectProblem(await post(solved("login")), 401, "credentials_invalid")
		const wrong = await Promise.all(Array.from({ length: points }, () => post(randomUUID())))
		for (const answer of wrong) expectProblem(answer, 422, "captcha_failed")
		provider.asked.length = 0
		expectProblem(await post(solved("login")), 429, "rate_limited")
		expect(provider.asked).toEqual([])
	})

	it("H-39: alike for known and unknown people", async () => {
		const { username } = await registerWithCaptcha()
		for (const name of [username, "nobody"]) {
			const sent = { username: name, password: WRONG }
			expectProblem(await clientOf(server).postJson("/login", sent), 422, "captcha_failed")
			const good = { ...sent, [recaptcha.field]: solved("login") }
			expectProblem(await clientOf(server).postJson("/login", good), 401, "credentials_invalid")
		}
	})
})

describe("pages", () => {
	const policyOf = (answer: Answer) => answer.headers.get("Content-Security-Policy") ?? ""
	const hosts = {
		register: "https://hcaptcha.com https://*.hcaptcha.com",
		login: "https://www.google.com/recaptcha/ https://www.gstatic.com/recaptcha/",
		forgot: "https://challenges.cloudflare.com",
	}
	const html = { Accept: "text/html" }

	it("C1, C2: the policy admits the form's provider, and no other", async () => {
		for (const { path, form } of byProvider) {
			const policy = policyOf(await clientOf(server).get(path, html))
			expect(policy).toMatch(/script-src 'self' 'nonce-[^']+' https:/)
			expect(policy).toMatch(/frame-src https:/)
			for (const [name, host] of Object.entries(hosts)) expect(policy.includes(host)).toBe(name === form)
			expect(policy.match(/script-src[^;]*/)?.[0]).not.toMatch(/unsafe|\bhttp:/)
			expect(policy.includes("'unsafe-inline'")).toBe(form === "login")
		}
	})

	it("C1, C2: so does that of the form that comes back refused", async () => {
		for (const { path, form } of byProvider) {
			const refused = await clientOf(server).postForm(path, {})
			expect([refused.status, policyOf(refused).includes(hosts[form as keyof typeof hosts])]).toEqual([
				422,
				true,
			])
		}
		const elsewhere = await clientOf(server).postForm("/login/cookie", {})
		expect(policyOf(elsewhere)).toContain(hosts.login)
		expect(elsewhere.text).toContain('class="field captcha"')
	})

	it("C1, C2: other pages, and answers to programs, admit nobody", async () => {
		const client = clientOf(server)
		const answers = [
			await client.get("/", html),
			await client.get("/logout", html),
			await client.get("/nowhere", html),
			await client.getJson("/register"),
			await client.postJson("/register", {}),
			...(config.verification.enabled ? [await client.get("/verify/resend", html)] : []),
		]
		for (const answer of answers) expect(policyOf(answer)).not.toMatch(/https:|frame-src|unsafe/)
	})

	it("C1: a page's script is sent to load the page as a document, whose policy is its own", async () => {
		const data = await clientOf(server).get("/register.data?redirect_to=/account")
		expect([data.status, data.text.includes("/register?redirect_to=%2Faccount")]).toEqual([202, true])
		expect(data.text).toMatch(/"reload",true/)
	})

	it("C3: without JavaScript, the page says that it needs some", async () => {
		for (const { path } of byProvider) {
			const page = await clientOf(server).get(path, html)
			expect(textOf(page)).toContain("This form needs JavaScript")
		}
	})

	it("H-54: the token is never shown again", async () => {
		const token = solved("register")
		const sent = { ...registrationOf({ ...somebody(), username: "a b" }), [hcaptcha.field]: token }
		const page = await clientOf(server).postForm("/register", sent)
		expect(page.text).not.toContain(token)
		expect(textOf(page)).toContain(text.faultyTitle.trim())
	})
})

describe("X1: in production, one line tells which key is missing or no key", () => {
	const SITE = "HCAPTCHA_SITE_KEY"
	const SECRET = "HCAPTCHA_SECRET_KEY"
	const zeros = "0x0000000000000000000000000000000000000000"
	it.each([
		["no site key", { [SITE]: "" }, `${SITE} is missing`],
		["no secret key", { [SECRET]: "" }, `${SECRET} is missing`],
		[
			"a site key for tests",
			{ [SITE]: "10000000-ffff-ffff-ffff-000000000001" },
			`${SITE} is the provider's key for tests`,
		],
		["a secret for tests", { [SECRET]: zeros }, `${SECRET} is the provider's key for tests`],
		[
			"reCAPTCHA's for tests",
			{ RECAPTCHA_SECRET_KEY: "6LeIxAcTAAAAAGG-vFI1TnRWxMZNFuojJ4WifJWe" },
			"RECAPTCHA_SECRET_KEY is the provider's key for tests",
		],
		[
			"Turnstile's for tests",
			{ TURNSTILE_SECRET_KEY: "1x0000000000000000000000000000000AA" },
			"TURNSTILE_SECRET_KEY is the provider's key for tests",
		],
		["a key of two lines", { [SECRET]: "a\nb" }, `${SECRET} may hold no spaces`],
		[
			"a provider that is asked in plain text",
			{ CAPTCHA_VERIFY_URL: "http://127.0.0.1:9/" },
			"verifyUrl of HCAPTCHA",
		],
	])("C1, C2: %s", async (_title, env, sentence) => {
		const started = await startServer({
			cwd: fork,
			env: { ...keys, CAPTCHA_VERIFY_URL: "https://provider.test/siteverify", ...env },
			waitUntilReady: false,
		})
		const code = await new Promise((resolve) => started.process.once("close", resolve))
		const lines = started
			.output()
			.split("\n")
			.filter((line) => line !== "" && !line.startsWith("{"))
		expect(code).toBe(1)
		expect(lines).toHaveLength(1)
		expect(lines[0]).toContain(sentence)
		expect(started.output()).not.toContain(zeros)
	})

	it("C1: with keys of one's own it starts", async () => {
		const env = { ...keys, CAPTCHA_VERIFY_URL: "https://provider.test/siteverify" }
		const started = await startServer({ cwd: fork, env })
		expect((await clientOf(started).getJson("/register")).json.captcha.site_key).toBe("site-key-of-hcaptcha")
		await started.stop()
	})
})

async function registerWithCaptcha(): Promise<Person> {
	const person = somebody()
	const sent = { ...registrationOf(person), [hcaptcha.field]: solved("register") }
	const registered = await clientOf(server).postJson("/register", sent)
	expect(registered.status).toBe(201)
	if (registered.json.verification === "sent") {
		const link = (await mailbox.next(person.email)).links[0] ?? ""
		await clientOf(server).postJson("/verify", linkFields(link))
	}
	return person
}
