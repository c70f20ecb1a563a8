import { afterAll, beforeAll, describe, expect, it } from "vitest"
import {
	type Answer,
	clientOf,
	linkFields,
	type Person,
	registerVerified,
	sessionOf,
	somebody,
} from "../support/client"
import { type Mailbox, startMailbox } from "../support/mailbox"
import { startServer, type TestServer } from "../support/server"

let server: TestServer
let mailbox: Mailbox
let person: Person

beforeAll(async () => {
	mailbox = await startMailbox()
	server = await startServer({ env: { SMTP_URL: mailbox.url } })
	person = await registerVerified(server, mailbox)
})
afterAll(async () => {
	await server.stop()
	await mailbox.close()
})

const signIn = (path: string, headers: Record<string, string>) =>
	clientOf(server).postForm(path, { username: person.username, password: person.password }, headers)

function expectNothingDone(answer: Answer): void {
	expect(answer.cookies).toEqual([])
	expect(answer.text).not.toContain(person.email)
}

describe("the router's own data requests", () => {
	const foreign = { Origin: "https://evil.test", "Sec-Fetch-Site": "cross-site" }

	it.each([
		"/login?_data=routes%2Flogin",
		"/login?%5Fdata=routes%2Flogin",
		"/login?_data=root",
		"/login?x?y&_data=routes%2Flogin",
		"/login.data",
		"/login.data?index",
		"/login.data?_routes=routes%2Flogin",
		"/login?index",
		"/login?_routes=routes%2Flogin",
	])("H-19: POST %s from another site is refused", async (path) => {
		const answer = await signIn(path, foreign)
		expect(answer.status).toBe(403)
		expectNothingDone(answer)
		const asData = await signIn(path, { ...foreign, Accept: "application/json" })
		expect([asData.status, asData.json?.code]).toEqual([403, "origin_refused"])
	})

	it.each([
		"/login?_data=routes%2Flogin",
		"/login?%5Fdata=routes%2Flogin",
		"/login?%5f%64ata=routes%2Flogin",
		"/login?_data=root",
		"/login?_data",
		"/login?a=1&_data=routes%2Flogin",
		"/login?x?y&_data=routes%2Flogin",
		"/login??_data=1&_data=routes%2Flogin",
	])("H-19: POST %s does not run the action, even from our own page", async (path) => {
		const answer = await signIn(path, { "Sec-Fetch-Site": "same-origin", Origin: server.url })
		expect(answer.status).toBe(400)
		expectNothingDone(answer)
	})

	it("H-19: GET with _data reads no loader, signed in or not", async () => {
		const signedIn = await signIn("/login", {})
		const cookie = sessionOf(signedIn) ?? ""
		for (const path of ["/account?_data=routes%2Faccount", "/account?x?y&_data=routes%2Faccount"]) {
			const answer = await clientOf(server).getJson(path, { Cookie: cookie })
			expect([path, answer.status]).toEqual([path, 400])
			expectNothingDone(answer)
		}
	})

	it("H-27, H-41: data requests guard the account as its page does, and are not kept anywhere", async () => {
		for (const path of [
			"/account.data",
			"/account.data?_routes=routes%2Faccount",
			"/account.data?_routes=root",
		]) {
			const answer = await clientOf(server).get(path)
			expectNothingDone(answer)
			expect(answer.headers.get("Cache-Control")).toBe("no-store")
		}
	})
})

describe("links and methods that only look as if they did something", () => {
	const prefetch: Record<string, string>[] = [{}, { "Sec-Purpose": "prefetch" }, { Purpose: "prefetch" }]

	it("H-23: GET and HEAD of a mailed link use nothing up", async () => {
		const { username, email, password } = somebody()
		await clientOf(server).postJson("/register", { username, email, password, confirm_password: password })
		const link = new URL((await mailbox.next(email)).links[0] ?? "")
		for (const headers of prefetch)
			for (const method of ["GET", "HEAD"]) {
				const answer = await clientOf(server).send(link.pathname + link.search, { method, headers })
				expect(answer.status).toBe(200)
				expect(answer.cookies).toEqual([])
			}
		const row = server.database
			.prepare(`SELECT "emailVerifiedAt" verified FROM "User" WHERE username = ?`)
			.get(username)
		expect(row).toEqual({ verified: null })
		const verified = await clientOf(server).postJson("/verify", linkFields(link.href))
		expect(verified.status).toBe(200)
	})

	it("H-23: GET and HEAD of /logout show a button and end nothing", async () => {
		const cookie = sessionOf(await signIn("/login", {})) ?? ""
		for (const headers of prefetch)
			for (const method of ["GET", "HEAD"]) {
				const answer = await clientOf(server).send("/logout", {
					method,
					headers: { ...headers, Cookie: cookie },
				})
				expect(answer.status).toBe(200)
				expect(answer.cookies).toEqual([])
				if (method === "GET") expect(answer.text).toMatch(/<form[^>]* method="post"/)
			}
		expect((await clientOf(server).getJson("/account", { Cookie: cookie })).status).toBe(200)
	})

	it("H-23: an overridden method changes nothing", async () => {
		const cookie = sessionOf(await signIn("/login", {})) ?? ""
		for (const name of ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
			for (const method of ["POST", "DELETE"]) {
				const answer = await clientOf(server).get("/logout", { [name]: method, Cookie: cookie })
				expect([answer.status, answer.cookies]).toEqual([200, []])
			}
		for (const path of ["/logout?_method=POST", "/logout?_method=DELETE"])
			expect((await clientOf(server).get(path, { Cookie: cookie })).cookies).toEqual([])
		const { username, password } = person
		const overridden = { "X-HTTP-Method-Override": "DELETE" }
		const posted = await clientOf(server).postJson(
			"/login",
			{ username, password, _method: "DELETE" },
			overridden,
		)
		expect(posted.status).toBe(200)
		expect((await clientOf(server).getJson("/account", { Cookie: cookie })).status).toBe(200)
	})

	it("H-23: methods that a page does not have are refused with what it has", async () => {
		for (const method of ["PUT", "PATCH", "DELETE"])
			for (const path of [
				"/login",
				"/logout",
				"/register",
				"/verify",
				"/verify/resend",
				"/account",
				"/healthz",
			]) {
				const answer = await clientOf(server).send(path, { method, headers: { Accept: "application/json" } })
				expect([method, path, answer.status, answer.json?.code]).toEqual([
					method,
					path,
					405,
					"method_not_allowed",
				])
				expect(answer.headers.get("Allow")).toMatch(/^GET, HEAD/)
			}
	})
})

it("H-19: the data of a page that takes no form is refused in our own words", async () => {
	const answer = await clientOf(server).postForm("/account.data", { a: "b" })
	expect([answer.status, answer.headers.get("Allow")]).toEqual([405, "GET, HEAD"])
	expect(answer.text).toContain("This page does not take that kind of request.")
	expect(answer.text).not.toMatch(/routes\/|did not provide|Error:/)
})
