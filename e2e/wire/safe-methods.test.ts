import { beforeAll, describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import { en as text } from "../../app/text/en"
import { expectProblem, textOf } from "../support/answers"
import {
	clientOf,
	linkFields,
	newSession,
	type Person,
	registerUnverified,
	registerVerified,
	registrationOf,
	somebody,
} from "../support/client"
import { FORMS } from "../support/paths"
import { rowsOf } from "../support/rows"
import { serverFixture } from "../support/server-fixture"

const { server, mailbox } = serverFixture()
const PAGES = ["/"]
let person: Person
let cookie: string
/** The one that was mailed to somebody who has not used it yet. */
let link: string | undefined

beforeAll(async () => {
	person = await registerVerified(server, mailbox)
	cookie = await newSession(server, person)
	if (config.verification.enabled) link = (await registerUnverified(server, mailbox)).url
})

describe("H-23: opening an address changes nothing", () => {
	it("H-23: by GET or HEAD, by a prefetcher, with a form's fields in the query", async () => {
		const before = rowsOf(server)
		const fields = { ...registrationOf(somebody()), intent: "logout", _method: "POST" }
		const queries = [`?${new URLSearchParams(fields)}`, link ? new URL(link).search : "", ""]
		const client = clientOf(server)
		for (const path of [...FORMS, ...PAGES, "/account"])
			for (const query of queries)
				for (const method of ["GET", "HEAD"])
					for (const accept of ["text/html", "application/json"]) {
						const headers = {
							Accept: accept,
							Purpose: "prefetch",
							"Sec-Purpose": "prefetch;prerender",
							Cookie: cookie,
						}
						const answer = await client.send(path + query, { method, headers })
						expect([path, answer.status < 500]).toEqual([path, true])
						expect([path, answer.cookies]).toEqual([path, []])
						if (method === "HEAD") expect(answer.text).toBe("")
					}
		expect(rowsOf(server)).toEqual(before)
		expect((await client.getJson("/account", { Cookie: cookie })).status).toBe(200)
		if (link) expect((await client.postJson("/verify", linkFields(link))).status).toBe(200)
	})

	it("H-23: a method named in a header, a field or the query is ignored", async () => {
		const before = rowsOf(server)
		const client = clientOf(server)
		for (const name of ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
			for (const method of ["POST", "DELETE"]) {
				const answer = await client.get(`/logout?_method=${method}`, { [name]: method, Cookie: cookie })
				expect([answer.status, answer.cookies]).toEqual([200, []])
				expect(answer.text).toMatch(/<form[^>]* method="post"/)
			}
		const fields = { ...registrationOf(somebody()), password: "short", _method: "DELETE" }
		expect((await client.postForm("/register?_method=GET", fields)).status).toBe(422)
		expect(rowsOf(server)).toEqual(before)
		const { username, password } = person
		const overridden = { "X-HTTP-Method-Override": "DELETE" }
		const signedIn = await client.postJson("/login", { username, password, _method: "DELETE" }, overridden)
		expect(signedIn.status).toBe(200)
		expect((await client.getJson("/account", { Cookie: cookie })).status).toBe(200)
	})
})

describe("H-23: a method that a page does not take", () => {
	it.each([
		...FORMS.map((path) => [path, "GET, HEAD, POST"]),
		...[...PAGES, "/healthz", "/readyz"].map((path) => [path, "GET, HEAD"]),
	])("H-23: at %s is answered with 405 and Allow: %s", async (path, allow) => {
		const before = rowsOf(server)
		const client = clientOf(server)
		const methods = ["PUT", "PATCH", "DELETE", "OPTIONS", ...(allow.includes("POST") ? [] : ["POST"])]
		for (const method of methods) {
			const headers = { Cookie: cookie }
			const json = await client.send(path, { method, headers: { ...headers, Accept: "application/json" } })
			expectProblem(json, 405, "method_not_allowed")
			expect([path, method, json.headers.get("Allow")]).toEqual([path, method, allow])
			const html = await client.send(path, { method, headers: { ...headers, Accept: "text/html" } })
			expect([path, method, html.status, html.headers.get("Allow")]).toEqual([path, method, 405, allow])
			expect(textOf(html)).toContain(text.problems.method_not_allowed)
		}
		expect(rowsOf(server)).toEqual(before)
		expect((await client.getJson("/account", { Cookie: cookie })).status).toBe(200)
	})
})

describe("a path that nothing is at", () => {
	it.each(["/nowhere", "/account/a.css", "/assets/none.js"])(
		"%s is not found, whatever the method",
		async (path) => {
			const client = clientOf(server)
			for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
				const json = await client.send(path, { method, headers: { Accept: "application/json" } })
				expectProblem(json, 404, "not_found")
				const html = await client.send(path, { method, headers: { Accept: "text/html" } })
				expect([method, html.status, html.headers.get("Allow")]).toEqual([method, 404, null])
			}
		},
	)
})
