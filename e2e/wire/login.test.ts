import { beforeAll, describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import {
	expectPrivate,
	expectRefused,
	getPageAndJson,
	inputValue,
	postFormAndJson,
	textOf,
} from "../support/answers"
import {
	COOKIE,
	clientOf,
	ownFieldsOf,
	type Person,
	registerUnverified,
	registerVerified,
	sessionOf,
} from "../support/client"
import { rowsOf, userRow } from "../support/rows"
import { serverFixture } from "../support/server-fixture"

const { server, mailbox } = serverFixture()
const RFC3339_UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/
let person: Person

beforeAll(async () => {
	person = await registerVerified(server, mailbox)
})

function credentials() {
	return { username: person.username, password: person.password }
}

async function signInWith(
	fields: Record<string, unknown> = credentials(),
	headers: Record<string, string> = {},
) {
	const answer = await clientOf(server).postJson("/login", fields, headers)
	expect(answer.status).toBe(200)
	return { answer, cookie: sessionOf(answer) ?? "" }
}

describe("S1: GET /login", () => {
	it("shows a form to a person, and tells a program its fields", async () => {
		const { form, json } = await getPageAndJson(server, "/login?redirect_to=/account")
		expect([form.status, json.status]).toEqual([200, 200])
		for (const name of ["username", "password", "remember"]) expect(form.text).toContain(`name="${name}"`)
		expect(inputValue(form, "redirect_to")).toBe("/account")
		expect(json.json).toEqual({
			fields: [
				{ name: "username", type: "text", required: true },
				{ name: "password", type: "password", required: true },
				{ name: "remember", type: "boolean", required: false },
			],
			captcha: null,
			redirect_to: "/account",
			password_reset: config.passwordReset.enabled,
			registration: config.registration.enabled,
		})
		expectPrivate(form)
		expectPrivate(json)
		expect([form.cookies, json.cookies]).toEqual([[], []])
	})

	it("leads a person who is signed in to where signing in would have led, as /register does", async () => {
		const { cookie } = await signInWith()
		const client = clientOf(server)
		for (const path of ["/login", "/register"]) {
			const plain = await client.get(path, { Cookie: cookie })
			expect([plain.status, plain.headers.get("Location")]).toEqual([303, config.login.redirectTo])
			const asked = await client.get(`${path}?redirect_to=/account`, { Cookie: cookie })
			expect([asked.status, asked.headers.get("Location")]).toEqual([303, "/account"])
			expectPrivate(asked)
		}
	})
})

describe("S1: POST /login", () => {
	it("answers a program with the user, the session's end and the next page", async () => {
		const { answer } = await signInWith()
		expect(answer.json).toEqual({
			user: {
				id: expect.stringMatching(/^[0-9a-f-]{36}$/),
				username: person.username,
				email: person.email,
				verified: config.verification.enabled,
				active: true,
				superuser: false,
				created_at: expect.stringMatching(RFC3339_UTC),
				...ownFieldsOf(person),
			},
			expires_at: expect.stringMatching(RFC3339_UTC),
			redirect_to: config.login.redirectTo,
		})
		const seconds = (Date.parse(answer.json.expires_at) - Date.now()) / 1000
		expect(seconds).toBeGreaterThan(config.session.expirySeconds - 60)
		expect(seconds).toBeLessThanOrEqual(config.session.expirySeconds)
		expectPrivate(answer)
	})

	it("leads a person to the start page, or to redirect_to", async () => {
		const client = clientOf(server)
		const plain = await client.postForm("/login", credentials())
		expect([plain.status, plain.headers.get("Location")]).toEqual([303, config.login.redirectTo])
		expect(sessionOf(plain)).toBeDefined()
		expectPrivate(plain)
		const inQuery = await client.postForm("/login?redirect_to=/account", credentials())
		expect(inQuery.headers.get("Location")).toBe("/account")
		const inBody = await client.postForm("/login", { ...credentials(), redirect_to: "/account" })
		expect(inBody.headers.get("Location")).toBe("/account")
	})

	it("takes a mail address, in any letter case, and the field names of other systems", async () => {
		const { username, email, password } = person
		await signInWith({ username: email.toUpperCase(), password })
		await signInWith({ username: username.toUpperCase(), password })
		await signInWith({ username: ` ${username} `, password })
		await signInWith({ login: username, password })
		await signInWith({ email, password })
		const form = await clientOf(server).postForm("/login", { email, password })
		expect(form.status).toBe(303)
	})

	it("keeps the cookie until the browser closes, with remember to the session's absolute end", async () => {
		const short = (await signInWith()).answer.cookies[0]
		expect(short).toMatch(new RegExp(`^${COOKIE}=[A-Za-z0-9_-]{43}; Path=/; HttpOnly; SameSite=Lax$`))
		for (const remember of [true, "on"]) {
			const { answer, cookie } = await signInWith({ ...credentials(), remember })
			const expires = Date.parse(/; Expires=([^;]+)/.exec(answer.cookies[0] ?? "")?.[1] ?? "")
			expect(Math.abs(expires - Date.now() - config.session.maxExpirySeconds * 1000)).toBeLessThan(60_000)
			const account = await clientOf(server).getJson("/account", { Cookie: cookie })
			const end = Date.parse(account.json.session.absolute_expires_at)
			expect(Math.abs(expires - end)).toBeLessThan(1000)
			expect(account.json.session.expires_at).toBe(account.json.session.absolute_expires_at)
		}
		for (const remember of [false, "", "off"]) {
			const { answer } = await signInWith({ ...credentials(), remember })
			expect(answer.cookies[0]).not.toMatch(/Expires|Max-Age/)
		}
	})

	it("gives a new token each time, and ends the session that it replaces", async () => {
		const first = await signInWith()
		const second = await signInWith(credentials(), { Cookie: first.cookie })
		const elsewhere = await signInWith()
		expect(new Set([first.cookie, second.cookie, elsewhere.cookie]).size).toBe(3)
		const seen = (cookie: string) => clientOf(server).getJson("/account", { Cookie: cookie })
		expect((await seen(first.cookie)).status).toBe(401)
		expect((await seen(second.cookie)).status).toBe(200)
		expect((await seen(elsewhere.cookie)).status).toBe(200)
	})

	it("keeps the session that is there when signing in again is refused", async () => {
		const { cookie } = await signInWith()
		const wrong = { ...credentials(), password: "not the password" }
		expectRefused(
			await postFormAndJson(server, "/login", wrong, { Cookie: cookie }),
			401,
			"credentials_invalid",
		)
		expect((await clientOf(server).getJson("/account", { Cookie: cookie })).status).toBe(200)
	})

	it("stores the token's hash only", async () => {
		const { cookie } = await signInWith()
		const token = cookie.split("=")[1] ?? ""
		expect(JSON.stringify(server.database.prepare(`SELECT * FROM "Session"`).all())).not.toContain(token)
		expect(server.output()).not.toContain(token)
		expect(server.output()).not.toContain(person.password)
		expect(server.output()).not.toContain(person.email)
	})

	it("names every field that is missing, by page and JSON", async () => {
		const refused = await postFormAndJson(server, "/login", {})
		expectRefused(refused, 422, "validation_failed")
		expect(Object.keys(refused.json.json.errors)).toEqual(["username", "password"])
		for (const [name, sentences] of Object.entries<string[]>(refused.json.json.errors)) {
			expect(refused.form.text).toContain(`href="#login-${name}"`)
			expect(textOf(refused.form)).toContain(sentences[0])
		}
	})

	it("keeps what was typed on the page, but never the password", async () => {
		const typed = {
			username: `"${person.username}`,
			password: "wrong but secret",
			remember: "on",
			redirect_to: "/account",
		}
		const page = await clientOf(server).postForm("/login", typed)
		expect(page.status).toBe(401)
		expect(inputValue(page, "username")).toBe(`&quot;${person.username}`)
		expect(inputValue(page, "redirect_to")).toBe("/account")
		expect(page.text).toMatch(/<input[^>]*name="remember"[^>]*checked/)
		expect(page.text).not.toContain("wrong but secret")
	})

	it.runIf(config.verification.enabled)(
		"tells who gave the right password that the address is not verified, and offers a new link",
		async () => {
			const { username, email, password } = (await registerUnverified(server, mailbox)).person
			const before = rowsOf(server)
			const refused = await postFormAndJson(server, "/login", { username, password })
			expectRefused(refused, 403, "not_verified")
			expect(refused.form.text).toContain('action="/verify/resend"')
			expect([inputValue(refused.form, "email"), inputValue(refused.form, "password")]).toEqual([
				email,
				undefined,
			])
			expect(rowsOf(server)).toEqual(before)
			expect(userRow(server, username).lastSignedInAt).toBeNull()
			const wrong = { username, password: "not the password" }
			expectRefused(await postFormAndJson(server, "/login", wrong), 401, "credentials_invalid")
		},
	)
})
