import { createHmac, hkdfSync } from "node:crypto"
import { describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import { expectPrivate, getPageAndJson, inputValue, textOf } from "../support/answers"
import {
	AFTER_REGISTERING,
	type Answer,
	clientOf,
	registerVerified,
	registrationCookieOf,
	registrationOf,
	somebody,
} from "../support/client"
import { rowsOf, userRow } from "../support/rows"
import { serverFixture } from "../support/server-fixture"

const { server, mailbox } = serverFixture()
const PATH = "/verify/sent"
/** What the page shows is signed for this long. */
const LIFETIME_SECONDS = 60 * 60

/** The `name=value` of the cookie that holds what was typed. */
function mailedOf({ cookies }: Answer): string {
	return cookies.find((cookie) => cookie.startsWith("mailed="))?.split(";")[0] ?? ""
}

/** Signed as the server does it. */
function forge(content: unknown, secret = server.secret, purpose = "cookie/mailed"): string {
	const text = Buffer.from(JSON.stringify(content)).toString("base64url")
	const key = Buffer.from(hkdfSync("sha256", secret, "", `gatehouse/${purpose}`, 32))
	return `mailed=${text}.${createHmac("sha256", key).update(text).digest("base64url")}`
}

const inAnHour = () => Math.floor(Date.now() / 1000) + LIFETIME_SECONDS
const shown = (email: string) => ({ email, promised: true, redirect_to: null })

async function registerByForm(email: string, query = "", cookie = ""): Promise<Answer> {
	const fields = registrationOf({ ...somebody(), email })
	return clientOf(server).postForm(`/register${query}`, fields, cookie ? { Cookie: cookie } : {})
}

function open(cookie: string): Promise<Answer> {
	return clientOf(server).get(PATH, { Accept: "text/html", Cookie: cookie })
}

describe.runIf(config.verification.enabled && config.registration.redirectTo === undefined)(
	"registering leads to Check your mail",
	() => {
		it("which shows the address as it was typed, and sends again by one press, as often as it is loaded", async () => {
			const email = somebody().email.replace("example", "Example")
			const registered = await registerByForm(email)
			expect([registered.status, registered.headers.get("Location")]).toEqual([303, PATH])
			const before = rowsOf(server)
			for (let load = 0; load < 2; load++) {
				const page = await open(mailedOf(registered))
				expect([page.status, page.cookies]).toEqual([200, []])
				expect(textOf(page)).toContain(email)
				expect(textOf(page)).toMatch(/spam/)
				expect(inputValue(page, "email")).toBe(email)
				expect(page.text).toMatch(/<form[^>]*method="post"[^>]*action="\/verify\/resend"/)
				expect(page.text).toContain('href="/register"')
				expect(page.text).not.toContain("/dev/mail")
				expectPrivate(page)
			}
			expect(rowsOf(server)).toEqual(before)
		})

		it("with the same page for a taken address as for a new one", async () => {
			const { email: taken } = await registerVerified(server, mailbox)
			const fresh = somebody().email
			const pages = await Promise.all(
				[taken, fresh].map(async (email) => {
					const registered = await registerByForm(email)
					expect([registered.status, registered.headers.get("Location"), registered.text]).toEqual([
						303,
						PATH,
						"",
					])
					return textOf(await open(mailedOf(registered))).replaceAll(email, "ADDRESS")
				}),
			)
			expect(pages[0]).toContain("ADDRESS")
			expect(pages[0]).toBe(pages[1])
		})

		it("wherever it was asked to go: that travels with the link, also when it is sent again", async () => {
			const { email } = somebody()
			const registered = await registerByForm(email, "?redirect_to=/account%3Ftab%3D1")
			expect(registered.headers.get("Location")).toBe(PATH)
			const link = new URL((await mailbox.next(email)).links[0] ?? "")
			expect(link.searchParams.get("redirect_to")).toBe("/account?tab=1")
			const page = await open(mailedOf(registered))
			expect(inputValue(page, "redirect_to")).toBe("/account?tab=1")
			expect(page.text).toContain('href="/register?redirect_to=%2Faccount%3Ftab%3D1"')
			const fields = { email, redirect_to: "/account?tab=1" }
			const Cookie = registrationCookieOf(registered)
			await clientOf(server).postForm("/verify/resend", fields, { Cookie })
			const again = new URL((await mailbox.next(email)).links[0] ?? "")
			expect(again.searchParams.get("redirect_to")).toBe("/account?tab=1")
			// Of another browser it would be a stranger's words to somebody who proved no address.
			await clientOf(server).postForm("/verify/resend", fields)
			const strangers = new URL((await mailbox.next(email)).links[0] ?? "")
			expect(strangers.searchParams.get("redirect_to")).toBeNull()
		})

		it("with a mail that does not repeat the name, which a stranger may have chosen", async () => {
			const person = somebody()
			const email = somebody().email
			await clientOf(server).postForm("/register", registrationOf({ ...person, email }))
			const { subject, text, html } = await mailbox.next(email)
			expect(subject + text + html).not.toContain(person.username)
		})

		it("with a cookie that is short-lived, HttpOnly and holds no more than a cookie may", async () => {
			const email = `${"a".repeat(64)}@${"b".repeat(60)}.${"c".repeat(60)}.${"d".repeat(60)}.org`
			const registered = await registerByForm(email, `?redirect_to=/${"x".repeat(2000)}`)
			const cookie = registered.cookies.find((set) => set.startsWith("mailed=")) ?? ""
			expect(cookie).toMatch(/^mailed=[\w-]+\.[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=3600$/)
			expect(cookie.length).toBeLessThan(4096)
			const page = await open(mailedOf(registered))
			expect(textOf(page)).toContain(email)
			// So long a path is no part of a link that mail programs leave whole.
			expect(inputValue(page, "redirect_to")).toBeUndefined()
		})

		it("but gives a program no cookie for it: it knows what it sent", async () => {
			const registered = await clientOf(server).postJson("/register", registrationOf(somebody()))
			expect([registered.status, registered.json.redirect_to]).toEqual([201, AFTER_REGISTERING])
			expect([mailedOf(registered), registrationCookieOf(registered)]).toEqual([
				"",
				expect.stringMatching(/./),
			])
		})
	},
)

describe.runIf(config.verification.enabled)("GET /verify/sent", () => {
	it("tells a program what this browser typed, and nothing else", async () => {
		const { email } = somebody()
		const cookie = forge([inAnHour(), { email, promised: true, redirect_to: "/account" }])
		const { json } = await getPageAndJson(server, PATH, { Cookie: cookie })
		expect([json.status, json.json]).toEqual([
			200,
			{ email, promised: true, redirect_to: "/account", inbox: null },
		])
		const nobody = await clientOf(server).getJson(PATH)
		expect(nobody.json).toEqual({ email: null, promised: false, redirect_to: null, inbox: null })
	})

	it("without knowing an address says what to do, and leads to where one is typed", async () => {
		const page = await open("")
		expect(page.status).toBe(200)
		expect(textOf(page)).toContain("Check your mail")
		expect(page.text).toContain('href="/verify/resend"')
	})

	it("H-95: believes only a cookie of its own, in its time", async () => {
		const email = "eve@evil.test"
		const genuine = forge([inAnHour(), shown(email)])
		const [content = "", signature = ""] = genuine.slice("mailed=".length).split(".")
		expect(textOf(await open(genuine))).toContain(email)
		for (const cookie of [
			forge([inAnHour(), shown(email)], "another-secret-0123456789-abcdefghij"),
			forge([inAnHour(), shown(email)], server.secret, "cookie/username"),
			forge([inAnHour() - LIFETIME_SECONDS - 5, shown(email)]),
			forge([inAnHour(), { address: email }]),
			forge([inAnHour(), email]),
			forge({}),
			`mailed=${content}.`,
			`mailed=${content}`,
			`mailed=.${signature}`,
			`mailed=${content.slice(1)}.${signature}`,
			`mailed=${content}.${signature}A`,
			`mailed=${"A".repeat(15_000)}.${signature}`,
			`mailed=${encodeURIComponent(JSON.stringify(shown(email)))}`,
			`Mailed=${content}.${signature}`,
			"mailed=",
		]) {
			const page = await open(cookie)
			expect([cookie, page.status]).toEqual([cookie, 200])
			expect(page.text).not.toContain(email)
		}
	})

	it("H-95: shows what was typed as text, whatever it is", async () => {
		const page = await open(forge([inAnHour(), shown('<img src=x onerror="x">')]))
		expect(page.status).toBe(200)
		expect(page.text).not.toContain("<img")
	})
})

describe.runIf(config.verification.enabled)("Wrong address? Start over", () => {
	it("H-96: takes the same user name again in the same browser, and the first link is dead", async () => {
		const person = somebody()
		const first = await clientOf(server).postForm("/register", registrationOf(person))
		const before = userRow(server, person.username)
		const email = somebody().email
		const again = await clientOf(server).postForm("/register", registrationOf({ ...person, email }), {
			Cookie: registrationCookieOf(first),
		})
		expect(again.status).toBe(303)
		const row = userRow(server, person.username)
		expect(row).toMatchObject({ email })
		expect(row.id).not.toBe(before.id)
	})

	it("H-96: takes it from no other browser, and from nobody whose address is confirmed", async () => {
		const person = somebody()
		const first = await clientOf(server).postForm("/register", registrationOf(person))
		const other = await clientOf(server).postForm("/register", registrationOf(somebody()))
		const again = registrationOf({ ...person, email: somebody().email })
		const before = rowsOf(server)
		for (const Cookie of ["", registrationCookieOf(other)])
			expect((await clientOf(server).postForm("/register", again, { Cookie })).status).toBe(422)
		expect(rowsOf(server).users).toEqual(before.users)
		server.database
			.prepare(`UPDATE "User" SET "emailVerifiedAt" = "createdAt", "unprovenUntil" = NULL WHERE username = ?`)
			.run(person.username)
		const Cookie = registrationCookieOf(first)
		expect((await clientOf(server).postForm("/register", again, { Cookie })).status).toBe(422)
		expect(userRow(server, person.username)).toMatchObject({ email: person.email })
	})
})
