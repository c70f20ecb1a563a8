import { beforeAll, describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import { inputValue } from "../support/answers"
import {
	AFTER_REGISTERING,
	clientOf,
	type Person,
	registerVerified,
	registrationOf,
	sessionOf,
	somebody,
} from "../support/client"
import { serverFixture } from "../support/server-fixture"

const { server, mailbox } = serverFixture()
let person: Person

beforeAll(async () => {
	person = await registerVerified(server, mailbox)
})

const elsewhere = [
	"",
	" ",
	"account",
	"./account",
	"//e.test",
	"///e.test",
	"////e.test",
	"/\\e.test",
	"\\\\e.test",
	"\\/e.test",
	"/\t/e.test",
	"/\n/e.test",
	"/\r\n/e.test",
	"\t//e.test",
	" //e.test",
	"\0//e.test",
	"/\0/e.test",
	"/ /e.test",
	"/\u00a0/e.test",
	"http:e.test",
	"http:/e.test",
	"https://e.test",
	"HTTPS://e.test",
	"javascript:alert(1)",
	"JavaScript:alert(1)",
	"java\nscript:alert(1)",
	"data:text/html,x",
	"https://kit.test@e.test",
	"https://kit.test.e.test",
	"//e。test",
	"/%0d%0aSet-Cookie:%20x=y",
	"/\r\nSet-Cookie: x=y",
	"/%09/e.test",
	"/%5ce.test",
	"/%2fe.test",
	"/%2F%2Fe.test",
	"/.//e.test",
	"/..//e.test",
	"/a/..//e.test",
	"/%2e%2e//e.test",
	`/${"x".repeat(5000)}`,
	"/login",
	"/logout?x=1",
]

describe("H-31: redirect_to leads nowhere but to a path on this site", () => {
	it("H-31: from the body of /login and /logout", async () => {
		for (const target of elsewhere) {
			const client = clientOf(server)
			const { username, password } = person
			const fields = { username, password, redirect_to: target }
			const form = await client.postForm("/login", fields)
			expect([target, form.status, form.headers.get("Location")]).toEqual([
				target,
				303,
				config.login.redirectTo,
			])
			const json = await client.postJson("/login", fields)
			expect([target, json.status, json.json.redirect_to]).toEqual([target, 200, config.login.redirectTo])
			const logout = await client.postForm("/logout", { redirect_to: target })
			expect([target, logout.headers.get("Location")]).toEqual([target, config.logout.redirectTo])
			for (const answer of [form, logout]) expect(answer.cookies.join()).not.toContain("x=y")
		}
	})

	it.runIf(config.verification.enabled)("H-31: from the body of /verify/resend", async () => {
		for (const target of elsewhere) {
			const fields = { email: somebody().email, redirect_to: target }
			const resend = await clientOf(server).postForm("/verify/resend", fields)
			expect([target, resend.headers.get("Location")]).toEqual([target, "/verify/sent"])
			expect(resend.cookies.join()).not.toContain("x=y")
		}
	})

	it("H-31: from the query, by form and JSON, and on the way past the form", async () => {
		const { username, password } = person
		for (const target of elsewhere.filter((candidate) => candidate.length < 1000)) {
			const client = clientOf(server)
			const query = `?${new URLSearchParams({ redirect_to: target })}`
			const form = await client.postForm(`/login${query}`, { username, password })
			expect([target, form.status, form.headers.get("Location")]).toEqual([
				target,
				303,
				config.login.redirectTo,
			])
			const json = await client.postJson(`/login${query}`, { username, password })
			expect([target, json.json.redirect_to]).toEqual([target, config.login.redirectTo])
			const page = await client.get(`/login${query}`)
			expect([target, page.status, inputValue(page, "redirect_to")]).toEqual([target, 200, undefined])
			const cookie = sessionOf(json) ?? ""
			const signedIn = await client.get(`/register${query}`, { Cookie: cookie })
			expect([target, signedIn.status, signedIn.headers.get("Location")]).toEqual([
				target,
				303,
				config.login.redirectTo,
			])
		}
	})

	it("H-31: after registering, neither", async () => {
		for (const target of [
			"//e.test",
			"/\\e.test",
			"https://e.test",
			"javascript:alert(1)",
			"/%0d%0aSet-Cookie:x=y",
		]) {
			const fields = { ...registrationOf(somebody()), redirect_to: target }
			const form = await clientOf(server).postForm("/register", fields)
			expect([target, form.status, form.headers.get("Location")]).toEqual([target, 303, AFTER_REGISTERING])
		}
	})

	it("H-31: given as anything but text it is as good as missing", async () => {
		const { username, password } = person
		const client = clientOf(server)
		for (const redirect_to of [null, 0, true, [], ["/account"], {}, { href: "//e.test" }]) {
			const { status, json } = await client.postJson("/login", { username, password, redirect_to })
			expect([redirect_to, status, json.redirect_to]).toEqual([redirect_to, 200, config.login.redirectTo])
		}
	})

	it("given twice it is refused like any other field", async () => {
		const { username, password } = person
		const body = new URLSearchParams({ username, password, redirect_to: "/account" })
		body.append("redirect_to", "//e.test")
		const { status, json } = await clientOf(server).send("/login", {
			method: "POST",
			headers: { Accept: "application/json", "Content-Type": "application/x-www-form-urlencoded" },
			body: body.toString(),
		})
		expect([status, json.code, Object.keys(json.errors)]).toEqual([422, "validation_failed", ["redirect_to"]])
	})

	it("H-31: neither Referer nor a cookie nor another name leads anywhere", async () => {
		const { username, password } = person
		const headers = { Referer: "https://e.test/", Cookie: "redirect_to=//e.test" }
		const others = {
			redirectTo: "//e.test",
			next: "//e.test",
			return_to: "//e.test",
			callbackURL: "//e.test",
		}
		const answer = await clientOf(server).postForm("/login", { username, password, ...others }, headers)
		expect(answer.headers.get("Location")).toBe(config.login.redirectTo)
	})

	it("leads to a path of ours with its query and fragment", async () => {
		const { username, password } = person
		for (const target of [
			"/account",
			"/account?next=https://e.test//x&y=%0d",
			"/a/b.c;d#e",
			"/%C3%BC",
			"/loginx",
		]) {
			const answer = await clientOf(server).postForm("/login", {
				username,
				password,
				redirect_to: target,
			})
			expect(answer.headers.get("Location")).toBe(target)
		}
	})
})
