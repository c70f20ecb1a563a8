import { describe, expect, it } from "vitest"
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
	AFTER_REGISTERING,
	clientOf,
	linkFields,
	longEnough,
	register,
	registrationOf,
	sessionOf,
	somebody,
} from "../support/client"
import { rowsOf, userRow } from "../support/rows"
import { serverFixture } from "../support/server-fixture"

const { server, mailbox } = serverFixture()

const LIMIT = config.limits.registrationPerClient

describe.runIf(config.verification.enabled)("the whole way, by a program", () => {
	it("registers, verifies, signs in, shows the account, signs out", async () => {
		const client = clientOf(server)
		const { username, email, password } = somebody()
		const registered = await client.postJson("/register", registrationOf({ username, email, password }))
		expect(registered.status).toBe(201)
		const expected = {
			user: { username, email },
			verification: "sent",
			redirect_to: AFTER_REGISTERING,
		}
		expect(registered.json).toEqual(expected)

		const early = await client.postJson("/login", { username, password })
		expect([early.status, early.json.code]).toEqual([403, "not_verified"])
		expect(early.cookies).toEqual([])

		const mail = await mailbox.next(email)
		const link = linkFields(mail.links[0] ?? "")
		const page = await client.get(`/verify?${new URLSearchParams(link)}`)
		expect(page.status).toBe(200)
		expect(page.text).toContain("Confirm my address")
		const verified = await client.postJson("/verify", link)
		expect(verified.status).toBe(200)
		const flags = { verified: true, active: true, superuser: false }
		expect(verified.json.user).toMatchObject({ username, email, ...flags })
		const again = await client.postJson("/verify", link)
		expect([again.status, again.json.code]).toEqual([400, "link_invalid"])

		const signedIn = await client.postJson("/login", { username: email, password })
		expect(signedIn.status).toBe(200)
		const cookie = sessionOf(signedIn) ?? ""
		const account = await client.getJson("/account", { Cookie: cookie })
		expect(account.json.user).toEqual(signedIn.json.user)
		expect(account.json.session.backend).toBe("cookie")

		const signedOut = await client.postJson("/logout", {}, { Cookie: cookie })
		expect(signedOut.status).toBe(204)
		const after = await client.getJson("/account", { Cookie: cookie })
		expect([after.status, after.json.code]).toEqual([401, "unauthenticated"])
	})
})

describe("R1: GET /register", () => {
	it("shows a form to a person, and tells a program its fields", async () => {
		const { form, json } = await getPageAndJson(server, "/register")
		expect([form.status, json.status]).toEqual([200, 200])
		const fields = Object.keys(registrationOf(somebody()))
		for (const name of fields) expect(form.text).toContain(`name="${name}"`)
		expect(json.json).toMatchObject({ captcha: null, open: true })
		expect(json.json.fields.map(({ name }: { name: string }) => name).sort()).toEqual(fields.sort())
		expect(json.json.fields).toEqual(
			expect.arrayContaining([
				{ name: "username", type: "text", required: true },
				{ name: "email", type: "email", required: true },
				{ name: "password", type: "password", required: true },
				{ name: "confirm_password", type: "password", required: true },
			]),
		)
		expectPrivate(form)
		expectPrivate(json)
	})
})

describe("R1: POST /register", () => {
	it("leads a person on with 303, and starts a session only where the configuration says so", async () => {
		const person = somebody()
		const answer = await clientOf(server).postForm("/register", registrationOf(person))
		expect([answer.status, answer.headers.get("Location")]).toEqual([303, AFTER_REGISTERING])
		expectPrivate(answer)
		expect(sessionOf(answer) !== undefined).toBe(config.registration.signIn)
		expect(userRow(server, person.username)).toMatchObject({ emailVerifiedAt: null, superuser: 0 })
		if (config.verification.enabled) await mailbox.next(person.email)
	})

	it("leads to Check your mail first where there is one; otherwise to redirect_to, from the query or the body", async () => {
		const leadsOn = !config.verification.enabled || config.registration.redirectTo !== undefined
		const inQuery = await clientOf(server).postForm(
			"/register?redirect_to=/account",
			registrationOf(somebody()),
		)
		expect(inQuery.headers.get("Location")).toBe(leadsOn ? "/account" : "/verify/sent")
		const inBody = await clientOf(server).postJson("/register", {
			...registrationOf(somebody()),
			redirect_to: "/account?a=b",
		})
		expect(inBody.json.redirect_to).toBe(leadsOn ? "/account?a=b" : "/verify/sent")
	})

	it("takes password_confirm for confirm_password", async () => {
		const { confirm_password, ...fields } = registrationOf(somebody())
		const same = { ...fields, password_confirm: confirm_password }
		expect((await clientOf(server).postJson("/register", same)).status).toBe(201)
		const { confirm_password: _, ...others } = registrationOf(somebody())
		const different = { ...others, password_confirm: "something else entirely" }
		const refused = await clientOf(server).postJson("/register", different)
		expect(Object.keys(refused.json.errors)).toEqual(["confirm_password"])
	})

	it("takes a multipart form of text fields", async () => {
		const body = new FormData()
		for (const [name, value] of Object.entries(registrationOf(somebody()))) body.set(name, value)
		const answer = await clientOf(server).send("/register", { method: "POST", body })
		expect([answer.status, answer.headers.get("Location")]).toEqual([303, AFTER_REGISTERING])
	})

	it("names every field that is missing, by page and JSON, and writes nothing", async () => {
		const before = rowsOf(server)
		const refused = await postFormAndJson(server, "/register", {})
		expectRefused(refused, 422, "validation_failed")
		const { fields } = (await clientOf(server).getJson("/register")).json
		const required = fields.filter((field: { required: boolean }) => field.required)
		const names = required.map(({ name }: { name: string }) => name)
		expect(names).toEqual(expect.arrayContaining(["username", "email", "password"]))
		expect(Object.keys(refused.json.json.errors).sort()).toEqual(names.sort())
		for (const [name, sentences] of Object.entries<string[]>(refused.json.json.errors)) {
			expect(refused.form.text).toContain(`href="#register-${name}"`)
			expect(textOf(refused.form)).toContain(sentences[0])
		}
		expect(rowsOf(server)).toEqual(before)
	})

	it.each([
		["username", { username: "a".repeat(config.username.minLength - 1) }],
		["username", { username: "a".repeat(config.username.maxLength + 1) }],
		["username", { username: "a b c" }],
		["username", { username: "ada@example.org" }],
		["email", { email: "ada" }],
		["password", { password: "short", confirm_password: "short" }],
		["password", { password: "password123", confirm_password: "password123" }],
		["confirm_password", { confirm_password: `${somebody().password}.` }],
	])("refuses a wrong %s alone: %j", async (field, wrong) => {
		const before = rowsOf(server)
		const fields = { ...registrationOf(somebody()), ...wrong }
		const refused = await postFormAndJson(server, "/register", fields)
		expectRefused(refused, 422, "validation_failed")
		expect(Object.keys(refused.json.json.errors)).toEqual([field])
		expect(rowsOf(server)).toEqual(before)
	})

	it("refuses a password that holds the user name or the name in the address", async () => {
		const person = somebody()
		const ofName = longEnough(`xx${person.username.toUpperCase()}xx`)
		const ofAddress = {
			...person,
			email: "grace.hopper@example.org",
			password: longEnough("my grace.hopper pass"),
		}
		for (const wrong of [{ ...person, password: ofName }, ofAddress]) {
			const refused = await postFormAndJson(server, "/register", registrationOf(wrong))
			expectRefused(refused, 422, "validation_failed")
			expect(Object.keys(refused.json.json.errors)).toEqual(["password"])
		}
	})

	it("keeps what was typed on the page, but never a password", async () => {
		const typed = { username: "<b>&ada", email: "ada at example", redirect_to: "/account" }
		const password = "a secret nobody may see"
		const page = await clientOf(server).postForm("/register", {
			...typed,
			password,
			confirm_password: password,
		})
		expect(page.status).toBe(422)
		expect(inputValue(page, "username")).toBe("&lt;b&gt;&amp;ada")
		expect(inputValue(page, "email")).toBe("ada at example")
		expect(inputValue(page, "redirect_to")).toBe("/account")
		expect(page.text).not.toContain(password)
		expect(page.text).not.toContain("<b>&ada")
	})

	it("stops one registration more than allowed of one client address, by form or JSON, until Retry-After", async () => {
		const client = clientOf(server)
		const person = somebody()
		expect((await client.postJson("/register", registrationOf(person))).status).toBe(201)
		const namesake = { ...registrationOf(somebody()), username: person.username }
		for (let count = 2; count <= LIMIT.points; count++)
			expect((await client.postJson("/register", namesake)).status).toBe(422)
		const before = rowsOf(server)
		const refused = {
			json: await client.postJson("/register", registrationOf(somebody())),
			form: await client.postForm("/register", registrationOf(somebody())),
		}
		expectRefused(refused, 429, "rate_limited")
		for (const { headers } of [refused.json, refused.form]) {
			const seconds = Number(headers.get("Retry-After"))
			expect(seconds).toBeGreaterThan(LIMIT.durationSeconds - 100)
			expect(seconds).toBeLessThanOrEqual(LIMIT.durationSeconds)
			expect(headers.get("RateLimit-Limit")).toBe(String(LIMIT.points))
			expect(headers.get("RateLimit-Remaining")).toBe("0")
			expect(headers.get("RateLimit-Reset")).toBe(String(seconds))
		}
		expect(rowsOf(server)).toEqual(before)
		expect((await register(server, somebody())).status).toBe(201)
	})
})
