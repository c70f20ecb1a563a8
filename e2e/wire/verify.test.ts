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
	clientOf,
	linkFields,
	newSession,
	ownFieldsOf,
	registerUnverified,
	sessionOf,
	signIn,
} from "../support/client"
import { forgeLink } from "../support/forge"
import { rowsOf, userRow } from "../support/rows"
import { serverFixture } from "../support/server-fixture"

const { server, mailbox } = serverFixture()
const PERIOD_SECONDS = config.verification.periodSeconds

function pathOf(link: Record<string, string>): string {
	return `/verify?${new URLSearchParams(link)}`
}

describe.runIf(config.verification.enabled)("GET /verify", () => {
	it("V2: shows a button and consumes nothing, however often it is opened", async () => {
		const { person, link, url } = await registerUnverified(server, mailbox)
		expect(url.startsWith(`${server.url}/verify?user_id=`)).toBe(true)
		const before = rowsOf(server)
		for (let count = 0; count < 3; count++) {
			const { form, json } = await getPageAndJson(server, pathOf(link), { "Sec-Purpose": "prefetch" })
			expect([form.status, json.status]).toEqual([200, 200])
			const { username } = person
			expect(json.json).toEqual({ link, redirect_to: null, username, needs_password: false })
			for (const [name, value] of Object.entries(link)) expect(inputValue(form, name)).toBe(value)
			expect(form.text).toMatch(/<form[^>]*method="post"/)
			expectPrivate(form)
		}
		expect(rowsOf(server)).toEqual(before)
		expect(userRow(server, person.username).emailVerifiedAt).toBeNull()
	})

	it("tells a dead link by page and JSON, and offers a new one", async () => {
		const refused = await getPageAndJson(server, "/verify")
		expectRefused(refused, 400, "link_invalid")
		expect(refused.form.text).toContain('href="/verify/resend"')
	})

	it("V3: tells a genuine link's age", async () => {
		const { person } = await registerUnverified(server, mailbox)
		const user = userRow(server, person.username)
		const old = forgeLink(server.secret, user, { ageSeconds: PERIOD_SECONDS + 5 })
		const refused = await getPageAndJson(server, pathOf(old))
		expectRefused(refused, 400, "link_expired")
		// One press, to where the old one went.
		expect(inputValue(refused.form, "email")).toBe(person.email)
	})

	it("names the address to a person, and leads on to where the link says, if that is a page of this site", async () => {
		const { person, link, cookie } = await registerUnverified(server, mailbox)
		for (const [redirect_to, kept] of [
			["/account", "/account"],
			["//evil.test", undefined],
			["https://evil.test/", undefined],
			["/logout", undefined],
			[`/${"x".repeat(5000)}`, undefined],
		] as const) {
			const path = pathOf({ ...link, redirect_to })
			for (const Cookie of ["", cookie]) {
				const page = await clientOf(server).get(path, { Cookie })
				expect([redirect_to, page.status, inputValue(page, "redirect_to")]).toEqual([redirect_to, 200, kept])
				expect(textOf(page)).toContain(person.email)
			}
		}
		const answer = await clientOf(server).postForm(pathOf({ ...link, redirect_to: "/account" }), link, {
			Cookie: cookie,
		})
		expect([answer.status, answer.headers.get("Location")]).toEqual([303, "/account"])
		expect(sessionOf(answer)).toBeDefined()
	})
})

describe.runIf(config.verification.enabled)("a link that was used already", () => {
	it("is no failure for a person, however old, and whatever was done since; a program is told that it is used up", async () => {
		const { person, link } = await registerUnverified(server, mailbox)
		const old = forgeLink(server.secret, userRow(server, person.username), { ageSeconds: 2 * PERIOD_SECONDS })
		await clientOf(server).postJson("/verify", link)
		server.database.prepare(`UPDATE "User" SET epoch = 2 WHERE username = ?`).run(person.username)
		const before = rowsOf(server)
		for (const fields of [link, old]) {
			const { form, json } = await getPageAndJson(server, pathOf({ ...fields, redirect_to: "/account" }))
			expect(form.status).toBe(200)
			expect(textOf(form)).toContain("Your address is confirmed")
			expect(form.text).toContain('href="/login?redirect_to=%2Faccount"')
			expect([json.status, json.json.code]).toEqual([400, "link_invalid"])
		}
		const path = pathOf({ ...link, redirect_to: "/account" })
		// A person who presses twice is told the same.
		const pressed = await clientOf(server).postForm(path, link)
		expect(textOf(pressed)).toContain("Your address is confirmed")
		expect(rowsOf(server)).toEqual(before)
		const Cookie = await newSession(server, person)
		const signedIn = await clientOf(server).get(path, { Cookie })
		expect(signedIn.text).toMatch(/href="\/account"[^>]*>Continue</)
	})

	it("tells nothing but that it does not work where it was tampered with, or another address took the place", async () => {
		const { person, link } = await registerUnverified(server, mailbox)
		const other = await registerUnverified(server, mailbox)
		await clientOf(server).postJson("/verify", link)
		const tampered = [
			{ ...link, timestamp: String(Number(link.timestamp) - 1) },
			{ ...link, signature: other.link.signature },
			forgeLink("another-secret-0123456789-abcdefghij", userRow(server, person.username)),
		]
		for (const fields of tampered)
			expectRefused(await getPageAndJson(server, pathOf(fields)), 400, "link_invalid")
		for (const change of [
			`"active" = false`,
			`"active" = true, "email" = 'c@x.org', "emailKey" = 'c@x.org'`,
		]) {
			server.database.prepare(`UPDATE "User" SET ${change} WHERE username = ?`).run(person.username)
			expectRefused(await getPageAndJson(server, pathOf(link)), 400, "link_invalid")
		}
	})
})

describe.runIf(config.verification.enabled)("POST /verify", () => {
	it("verifies once, by a form of the browser that registered, and signs in: 303 to where signing in leads", async () => {
		const { person, link, cookie } = await registerUnverified(server, mailbox)
		const answer = await clientOf(server).postForm("/verify", link, { Cookie: cookie })
		expect([answer.status, answer.headers.get("Location")]).toEqual([303, config.login.redirectTo])
		const account = await clientOf(server).getJson("/account", { Cookie: sessionOf(answer) ?? "" })
		expect([account.status, account.json.user.username]).toEqual([200, person.username])
		expect(userRow(server, person.username).emailVerifiedAt).not.toBeNull()
		const before = rowsOf(server)
		expectRefused(await postFormAndJson(server, "/verify", link), 400, "link_invalid")
		expect(rowsOf(server)).toEqual(before)
	})

	it("answers a program with the user, in snake case and RFC 3339", async () => {
		const { person, link } = await registerUnverified(server, mailbox)
		const answer = await clientOf(server).postJson("/verify?redirect_to=/account", link)
		expect(answer.status).toBe(200)
		expect(answer.json).toEqual({
			user: {
				id: link.user_id,
				username: person.username,
				email: person.email,
				verified: true,
				active: true,
				superuser: false,
				created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
				...ownFieldsOf(person),
			},
			redirect_to: "/account",
		})
		expect(answer.cookies).toEqual([])
		expectPrivate(answer)
	})

	it("refuses a genuine link after its period as too old, and takes one just before", async () => {
		const { person } = await registerUnverified(server, mailbox)
		const user = userRow(server, person.username)
		const old = forgeLink(server.secret, user, { ageSeconds: PERIOD_SECONDS + 1 })
		const before = rowsOf(server)
		expectRefused(await postFormAndJson(server, "/verify", old), 400, "link_expired")
		expect(rowsOf(server)).toEqual(before)
		const young = forgeLink(server.secret, user, { ageSeconds: PERIOD_SECONDS - 60 })
		expect((await clientOf(server).postJson("/verify", young)).status).toBe(200)
	})

	it("says too old of a genuine signature only", async () => {
		const { person } = await registerUnverified(server, mailbox)
		const user = userRow(server, person.username)
		const old = forgeLink(server.secret, user, { ageSeconds: 4 * PERIOD_SECONDS })
		const forged = forgeLink("another-secret-0123456789-abcdefghij", user, { ageSeconds: 4 * PERIOD_SECONDS })
		expectRefused(await postFormAndJson(server, "/verify", forged), 400, "link_invalid")
		const moved = { ...old, timestamp: String(Number(old.timestamp) + 1) }
		expectRefused(await postFormAndJson(server, "/verify", moved), 400, "link_invalid")
	})

	it("takes an older link too, while nothing changed, but only one of them", async () => {
		const { person, link } = await registerUnverified(server, mailbox)
		await clientOf(server).postJson("/verify/resend", { email: person.email })
		const newer = linkFields((await mailbox.next(person.email)).links[0] ?? "")
		expect((await clientOf(server).postJson("/verify", link)).status).toBe(200)
		expectRefused(await postFormAndJson(server, "/verify", newer), 400, "link_invalid")
	})

	it("refuses the link of an account that was switched off, or whose address changed", async () => {
		for (const change of [`"active" = false`, `"email" = 'b@x.org', "emailKey" = 'b@x.org'`, `"epoch" = 1`]) {
			const { person, link } = await registerUnverified(server, mailbox)
			server.database.prepare(`UPDATE "User" SET ${change} WHERE username = ?`).run(person.username)
			const before = rowsOf(server)
			expectRefused(await postFormAndJson(server, "/verify", link), 400, "link_invalid")
			expect(rowsOf(server)).toEqual(before)
			server.database.prepare(`DELETE FROM "User" WHERE username = ?`).run(person.username)
			expectRefused(await postFormAndJson(server, "/verify", link), 400, "link_invalid")
		}
	})
})

describe.runIf(config.verification.enabled)("H-07: one verification link at the same moment", () => {
	it("H-07: of sixteen, one verifies and fifteen are told that the link does not work", async () => {
		const { person, link } = await registerUnverified(server, mailbox)
		const answers = await Promise.all(
			Array.from({ length: 16 }, () => clientOf(server).postJson("/verify", link)),
		)
		expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
		const others = answers.filter(({ status }) => status !== 200)
		expect(new Set(others.map(({ text }) => text)).size).toBe(1)
		expect([others[0]?.status, others[0]?.json.code]).toEqual([400, "link_invalid"])
		expect((await signIn(server, person)).status).toBe(200)
	})

	it("H-07: an account that is switched off meanwhile stays off", async () => {
		const { person, link } = await registerUnverified(server, mailbox)
		const verifying = Array.from({ length: 8 }, () => clientOf(server).postJson("/verify", link))
		server.database.prepare(`UPDATE "User" SET active = false WHERE username = ?`).run(person.username)
		for (const { status } of await Promise.all(verifying)) expect([200, 400]).toContain(status)
		expect(userRow(server, person.username).active).toBe(0)
		const login = await signIn(server, person)
		expect([login.status, login.json.code]).toEqual([401, "credentials_invalid"])
	})
})
