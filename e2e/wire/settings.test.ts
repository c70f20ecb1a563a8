import { readdirSync, readFileSync } from "node:fs"
import { connect } from "node:net"
import { describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import { expectProblem, expectRefused, getPageAndJson, postFormAndJson, textOf } from "../support/answers"
import {
	clientOf,
	linkFields,
	type Person,
	registerUnverified,
	registerVerified,
	registrationOf,
	sessionOf,
	somebody,
} from "../support/client"
import { exchange, requestText } from "../support/exchange"
import { SAYS_LATER } from "../support/mailbox"
import { userRow } from "../support/rows"
import { startServer } from "../support/server"
import { mailboxFixture, serverFixture } from "../support/server-fixture"
import { settingsOf } from "../support/setting-names"

/** Each setting in another value than the one it is shipped with, as clients see it. */

const HTML = { Accept: "text/html" }

/** Who shows a setting that has no test here whose title names it. */
const SHOWN_BY: Record<string, string> = {
	"session.maxPerAccount": "e2e/wire/session-count.test.ts",
	"limits.wrongPasswordPerDevice": "e2e/wire/lockout.test.ts",
	"limits.mailPerMailboxAndClient": "app/auth/limit/mail-charges.test.ts",
	"limits.noticePerMailbox": "app/auth/limit/mail-charges.test.ts",
	"limits.wrongCaptchaPerClient": "e2e/wire/captcha.test.ts",
	"limits.registrationCheckPerClient": "e2e/wire/register-check.test.ts",
	"limits.mailPerNetwork": "app/auth/limit/mail-charges.test.ts",
	"password.maxHashWaitSeconds": "app/auth/password/hashing.test.ts",
	"mail.pollSeconds": "e2e/wire/audible.test.ts",
	"mail.maxAgeSeconds": "app/mail/outbox.test.ts",
	"mail.timeoutSeconds": "app/mail/outbox.test.ts",
}

function testTitles(): string[] {
	const files = ["app", "e2e"].flatMap((folder) =>
		readdirSync(folder, { recursive: true }).map((name) => `${folder}/${name}`),
	)
	return files
		.filter((file) => /\.test\.tsx?$/.test(file))
		.flatMap((file) => [...readFileSync(file, "utf8").matchAll(/\b(?:it|describe)[^(]*\(\s*["`]([^"`]+)/g)])
		.map(([, title = ""]) => title)
}

it("each setting has a test that shows it", () => {
	const titles = testTitles()
	const isNamed = (path: string) =>
		titles.some((title) => new RegExp(`(^|[ ,])${path.replaceAll(".", "\\.")}([ ,:]|$)`).test(title))
	const shown = (path: string) => {
		const file = SHOWN_BY[path]
		return file ? readFileSync(file, "utf8").includes(path.split(".").at(-1) ?? path) : isNamed(path)
	}
	expect(settingsOf(config).filter((path) => !shown(path))).toEqual([])
	expect(Object.keys(SHOWN_BY).filter((path) => !settingsOf(config).includes(path))).toEqual([])
})

describe("without verification and reset", () => {
	const { server } = serverFixture({}, [], {
		registration: { signIn: true },
		verification: { enabled: false },
		passwordReset: { enabled: false },
		login: { redirectTo: "/account?welcome" },
		logout: { redirectTo: "/?bye", clearSiteData: ["cache", "storage"] },
		session: { cookieName: "porter", expirySeconds: 120, maxExpirySeconds: 300 },
		password: { minCodePoints: 20, maxCodePoints: 64, refuseMostCommon: 0, minGuesses: 0 },
		username: { minLength: 6, maxLength: 14 },
		limits: {
			registrationPerClient: { points: 1, durationSeconds: 60, blockSeconds: 600 },
			wrongPasswordPerClient: { points: 2, durationSeconds: 120 },
			wrongPasswordPerAccount: { points: 3, durationSeconds: 240 },
		},
		server: { maxBodyBytes: 2048, requestTimeoutSeconds: 1 },
		footerLinks: { privacy: "/privacy", terms: null, help: "mailto:help@example.org" },
		styles: { light: { button_color: "#123456" }, dark: { button_color: "#abcdef", link_color: "#444444" } },
	})
	const person = (): Person => ({ ...somebody(), password: "correct horse battery" })
	const join = (who: Person) => clientOf(server).postForm("/register", registrationOf(who))

	it("R12, S2, S3, S4: registration.signIn, login.redirectTo, session.cookieName: who registers is signed in and led on", async () => {
		const joined = await join(person())
		expect([joined.status, joined.headers.get("Location")]).toEqual([303, "/account?welcome"])
		const cookie = joined.cookies.find((text) => text.startsWith("porter="))?.split(";")[0] ?? ""
		expect((await clientOf(server).getJson("/account", { Cookie: cookie })).status).toBe(200)
		expect(sessionOf(joined)).toBeUndefined()
	})

	it("V1, R8: verification.enabled: false: nobody needs a mail, and a taken address is said", async () => {
		const who = person()
		const joined = await clientOf(server).postJson("/register", registrationOf(who))
		expect([joined.status, joined.json.verification]).toEqual([201, "not_required"])
		const fields = { ...registrationOf(person()), email: who.email }
		const refused = await postFormAndJson(server, "/register", fields)
		expectRefused(refused, 422, "validation_failed")
		expect(Object.keys(refused.json.json.errors)).toEqual(["email"])
		for (const path of ["/verify", "/verify/sent", "/verify/resend"])
			expectRefused(await getPageAndJson(server, path), 404, "not_found")
	})

	it("S2: session.expirySeconds, session.maxExpirySeconds: a session ends by them", async () => {
		const who = person()
		await join(who)
		const { username, password } = who
		const signedIn = await clientOf(server).postJson("/login", { username, password })
		const cookie = signedIn.cookies.find((text) => text.startsWith("porter="))?.split(";")[0] ?? ""
		const { session } = (await clientOf(server).getJson("/account", { Cookie: cookie })).json
		const inSeconds = (time: string) => Math.round((Date.parse(time) - Date.now()) / 1000)
		expect(inSeconds(session.expires_at)).toBeGreaterThan(100)
		expect(inSeconds(session.expires_at)).toBeLessThanOrEqual(120)
		expect(inSeconds(session.absolute_expires_at)).toBeGreaterThan(280)
		expect(inSeconds(session.absolute_expires_at)).toBeLessThanOrEqual(300)
	})

	it("P1: passwordReset.enabled: false: neither page is there, and nothing leads to them", async () => {
		for (const path of ["/forgot-password", "/reset-password"]) {
			expectRefused(await getPageAndJson(server, path), 404, "not_found")
			expectRefused(await postFormAndJson(server, path, { email: "ada@example.org" }), 404, "not_found")
		}
		const wrong = { username: "nobody.here", password: "not the password" }
		for (const page of [
			await clientOf(server).get("/login", HTML),
			await clientOf(server).postForm("/login", wrong),
			await clientOf(server).postForm("/login/cookie", wrong),
		])
			expect(page.text).not.toContain("/forgot-password")
	})

	it("S6: logout.clearSiteData, logout.redirectTo: browsers are told what to delete, and led there", async () => {
		const { form, json } = await postFormAndJson(server, "/logout", {})
		for (const { headers } of [form, json]) expect(headers.get("Clear-Site-Data")).toBe('"cache", "storage"')
		expect([form.status, form.headers.get("Location"), json.status]).toEqual([303, "/?bye", 204])
		expect((await clientOf(server).get("/logout", HTML)).headers.get("Clear-Site-Data")).toBeNull()
	})

	it("R9: password.minCodePoints, password.maxCodePoints: lengths are by them", async () => {
		for (const password of ["only nineteen chars", `${"wander lantern ".repeat(5)}`]) {
			const refused = await postFormAndJson(server, "/register", registrationOf({ ...person(), password }))
			expectRefused(refused, 422, "validation_failed")
			expect(Object.keys(refused.json.json.errors)).toEqual(["password"])
		}
		expect(textOf(await clientOf(server).get("/register", HTML))).toContain("At least 20 characters.")
	})

	it("R9: password.refuseMostCommon, password.minGuesses: 0 refuses none for being easy", async () => {
		expect((await join({ ...person(), password: "passwordpasswordpassword" })).status).toBe(303)
	})

	it("R1: username.minLength, username.maxLength: lengths are by them", async () => {
		for (const username of ["short", "much.too.long.by.far"]) {
			const refused = await postFormAndJson(server, "/register", registrationOf({ ...person(), username }))
			expectRefused(refused, 422, "validation_failed")
			expect(refused.json.json.errors).toEqual({ username: ["Choose a user name of 6 to 14 characters."] })
		}
	})

	it("L1: limits.registrationPerClient: with blockSeconds, who went over waits for them", async () => {
		const client = clientOf(server)
		expect((await client.postJson("/register", registrationOf(person()))).status).toBe(201)
		for (let time = 0; time < 3; time++) {
			const refused = await client.postJson("/register", registrationOf(person()))
			expectProblem(refused, 429, "rate_limited")
			expect(refused.headers.get("RateLimit-Limit")).toBe("1")
			const seconds = Number(refused.headers.get("Retry-After"))
			expect(seconds).toBeGreaterThan(590)
			expect(seconds).toBeLessThanOrEqual(600)
		}
		expect((await clientOf(server).postJson("/register", registrationOf(person()))).status).toBe(201)
	})

	it("L1: limits.wrongPasswordPerClient, limits.wrongPasswordPerAccount: each counts for itself", async () => {
		const password = "not the password at all"
		const client = clientOf(server)
		const statuses: number[] = []
		for (const username of ["nobody.a", "nobody.b", "nobody.c"])
			statuses.push((await client.postJson("/login", { username, password })).status)
		expect(statuses).toEqual([401, 401, 429])
		const perAccount: number[] = []
		for (let time = 0; time < 4; time++)
			perAccount.push((await clientOf(server).postJson("/login", { username: "nobody.d", password })).status)
		expect(perAccount).toEqual([401, 401, 401, 429])
	})

	it("server.maxBodyBytes: more is too large", async () => {
		const body = { username: "ada", password: "x".repeat(2048) }
		expectProblem(await clientOf(server).postJson("/login", body), 413, "too_large")
	})

	it("server.requestTimeoutSeconds: who dawdles is told so", async () => {
		const head = requestText("POST /login HTTP/1.1", [
			"Host: localhost",
			"Content-Type: application/json",
			"Content-Length: 50",
		])
		const answer = await exchange(server, (socket) => socket.write(`${head}{`), 6_000)
		expect([answer.status, answer.closed]).toEqual([408, true])
	})

	it("R4: styles: the colours are custom properties, by day and by night", async () => {
		const page = await clientOf(server).get("/login", HTML)
		const [, light, dark] =
			/<style nonce="[^"]+">@layer config\{:root\{([^}]*)\}@media\(prefers-color-scheme:dark\)\{:root\{([^}]*)\}\}\}<\/style>/.exec(
				page.text,
			) ?? []
		const changed = {
			light: { ...config.styles.light, button_color: "#123456" },
			dark: { ...config.styles.dark, button_color: "#abcdef", link_color: "#444444" },
		}
		for (const [css, expected] of [
			[light, changed.light],
			[dark, changed.dark],
		] as const)
			expect(css?.split(";")).toEqual(
				Object.entries(expected).map(([name, color]) => `--${name.replaceAll("_", "-")}:${color}`),
			)
	})

	it("R4: colours that are hard to read are told of at the start", () => {
		const warnings = server.logLines().filter(({ event }) => event === "config.warning")
		expect(warnings.map(({ msg }) => msg).join("\n")).toMatch(
			/^app\/auth\.config\.ts: styles\.dark: link_color on /m,
		)
	})

	it("footerLinks: are on the floor of every page", async () => {
		const page = await clientOf(server).get("/login", HTML)
		expect(page.text).toContain('<a href="/privacy">Privacy</a>')
		expect(page.text).toContain('<a href="mailto:help@example.org">Help</a>')
		expect(page.text).not.toContain("Terms</a>")
	})
})

describe("with verification and reset", () => {
	const { server, mailbox } = serverFixture({}, [], {
		registration: { redirectTo: "/?registered", signIn: false },
		verification: { enabled: true, autoLogin: false, redirectTo: "/?verified" },
		passwordReset: { enabled: true, periodSeconds: 1 },
		emailChange: { periodSeconds: 1 },
		limits: {
			mailPerMailbox: { points: 2, durationSeconds: 60 },
			mailPerClient: { points: 3, durationSeconds: 60 },
		},
		mail: { retryDelaysSeconds: [1] },
	})
	const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000))

	it("R2: registration.redirectTo: a registration leads there, by form and JSON", async () => {
		const form = await clientOf(server).postForm("/register", registrationOf(somebody()))
		expect([form.status, form.headers.get("Location")]).toEqual([303, "/?registered"])
		const json = await clientOf(server).postJson("/register", registrationOf(somebody()))
		expect([json.status, json.json.redirect_to]).toEqual([201, "/?registered"])
	})

	it("V6: verification.autoLogin, verification.redirectTo: false signs nobody in, and leads there", async () => {
		const { link, cookie } = await registerUnverified(server, mailbox)
		const verified = await clientOf(server).postForm("/verify", link, { Cookie: cookie })
		expect([verified.status, verified.headers.get("Location")]).toEqual([303, "/?verified"])
		expect(sessionOf(verified)).toBeUndefined()
	})

	it("P1: passwordReset.periodSeconds: a link that is older has expired", async () => {
		const person = await registerVerified(server, mailbox)
		await clientOf(server).postJson("/forgot-password", { email: person.email })
		const link = linkFields((await mailbox.next(person.email)).links[0] ?? "")
		await pause(2.5)
		const { password } = somebody()
		const fields = { ...link, password, confirm_password: password }
		expectProblem(await clientOf(server).postJson("/reset-password", fields), 400, "link_expired")
	})

	it("U5: emailChange.periodSeconds: a link that is older has expired", async () => {
		const person = await registerVerified(server, mailbox)
		const { username, password } = person
		const cookie = sessionOf(await clientOf(server).postJson("/login", { username, password })) ?? ""
		const email = `new-${person.email}`
		const asked = { email, current_password: password }
		const answer = await clientOf(server).postJson("/account/email", asked, { Cookie: cookie })
		expect(answer.status).toBe(202)
		const link = linkFields((await mailbox.next(email)).links[0] ?? "")
		await pause(2.5)
		expectProblem(await clientOf(server).postJson("/account/email/confirm", link), 400, "link_expired")
		expect(userRow(server, username).email).toBe(person.email)
	})

	it("L1: limits.mailPerMailbox, limits.mailPerClient: mails are counted by them", async () => {
		const { email } = somebody()
		const statuses: number[] = []
		for (let time = 0; time < 3; time++)
			statuses.push((await clientOf(server).postJson("/verify/resend", { email })).status)
		expect(statuses).toEqual([202, 202, 429])
		const client = clientOf(server)
		const perClient: number[] = []
		for (let time = 0; time < 4; time++)
			perClient.push((await client.postJson("/verify/resend", { email: somebody().email })).status)
		expect(perClient).toEqual([202, 202, 202, 429])
	})

	it("mail.retryDelaysSeconds: a mail that was refused for now goes out again after them", async () => {
		mailbox.mode = SAYS_LATER
		const person = somebody()
		await clientOf(server).postJson("/register", registrationOf(person))
		await expect.poll(() => mailbox.attempts).toBeGreaterThan(0)
		mailbox.mode = "accept"
		expect((await mailbox.next(person.email, 4_500)).links).toHaveLength(1)
	})
})

describe("stopping", () => {
	const mailbox = mailboxFixture()

	it("server.shutdownGraceSeconds: a request that does not end is not waited for any longer", async () => {
		const settings = { server: { shutdownGraceSeconds: 1, requestTimeoutSeconds: 60 } }
		const server = await startServer({ settings, env: { SMTP_URL: mailbox.url } })
		const socket = connect(server.port, "127.0.0.1")
		socket.on("error", () => {})
		socket.write(
			requestText("POST /login HTTP/1.1", [
				"Host: localhost",
				"Content-Type: application/json",
				"Content-Length: 50",
			]),
		)
		await new Promise((resolve) => setTimeout(resolve, 300))
		const begun = Date.now()
		await server.stop()
		expect(Date.now() - begun).toBeLessThan(7_000)
	})

	it("server.drainSeconds: who asks whether it is ready is told no, and requests are taken for so long", async () => {
		const settings = { server: { drainSeconds: 3 } }
		const server = await startServer({ settings, env: { SMTP_URL: mailbox.url } })
		const begun = Date.now()
		const stopped = server.stop()
		await expect.poll(async () => (await clientOf(server).get("/readyz")).status).toBe(503)
		while (Date.now() - begun < 2_000) {
			expect((await clientOf(server).get("/login", HTML)).status).toBe(200)
			expect((await clientOf(server).postJson("/register", registrationOf(somebody()))).status).toBe(201)
		}
		expect(await stopped).toBe(0)
		expect(Date.now() - begun).toBeGreaterThanOrEqual(3_000)
		await expect(clientOf(server).get("/healthz")).rejects.toThrow()
	})
})
