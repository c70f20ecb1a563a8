import { beforeAll, describe, expect, it } from "vitest"
import { clientOf, linkFields, registerVerified, sessionOf, somebody } from "../support/client"
import { expectProblem, openHouse, rowsOf } from "../support/house"

const house = openHouse()
const FORMS = ["/register", "/verify", "/verify/resend", "/login", "/logout"]
const PAGES = ["/", "/account"]
let cookie: string
let link: string

beforeAll(async () => {
	const { username, password } = await registerVerified(house.server, house.mailbox)
	cookie = sessionOf(await clientOf(house.server).postJson("/login", { username, password })) ?? ""
	const unverified = somebody()
	await clientOf(house.server).postJson("/register", { ...unverified, confirm_password: unverified.password })
	link = (await house.mailbox.next(unverified.email)).links[0] ?? ""
})

describe("H-23: opening an address changes nothing", () => {
	it("H-23: by GET or HEAD, by a prefetcher, with a form's fields in the query", async () => {
		const before = rowsOf(house.server)
		const { password, ...rest } = somebody()
		const fields = { ...rest, password, confirm_password: password, intent: "logout", _method: "POST" }
		const queries = [`?${new URLSearchParams(fields)}`, new URL(link).search, ""]
		const client = clientOf(house.server)
		for (const path of [...FORMS, ...PAGES])
			for (const query of queries)
				for (const method of ["GET", "HEAD"])
					for (const accept of ["text/html", "application/json"]) {
						const headers = { Accept: accept, "Sec-Purpose": "prefetch;prerender", Cookie: cookie }
						const answer = await client.send(path + query, { method, headers })
						expect([path, answer.status < 500]).toEqual([path, true])
						expect([path, answer.cookies]).toEqual([path, []])
						if (method === "HEAD") expect(answer.text).toBe("")
					}
		expect(rowsOf(house.server)).toEqual(before)
		expect((await client.getJson("/account", { Cookie: cookie })).status).toBe(200)
		expect((await client.postJson("/verify", linkFields(link))).status).toBe(200)
	})

	it("H-23: a method named in a header, a field or the query is ignored", async () => {
		const before = rowsOf(house.server)
		const client = clientOf(house.server)
		for (const name of ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
			for (const method of ["POST", "DELETE"]) {
				const answer = await client.get("/logout?_method=POST", { [name]: method, Cookie: cookie })
				expect(answer.status).toBe(200)
			}
		const { username, email, password } = somebody()
		const fields = { username, email, password: "short", confirm_password: password, _method: "DELETE" }
		expect((await client.postForm("/register?_method=GET", fields)).status).toBe(422)
		expect(rowsOf(house.server)).toEqual(before)
		expect((await client.getJson("/account", { Cookie: cookie })).status).toBe(200)
	})
})

describe("a method that a page does not take", () => {
	it.each([
		...FORMS.map((path) => [path, "GET, HEAD, POST"]),
		...[...PAGES, "/healthz", "/readyz"].map((path) => [path, "GET, HEAD"]),
	])("at %s is answered with 405 and Allow: %s", async (path, allow) => {
		const before = rowsOf(house.server)
		const client = clientOf(house.server)
		const methods = ["PUT", "PATCH", "DELETE", "OPTIONS", ...(allow.includes("POST") ? [] : ["POST"])]
		for (const method of methods) {
			const headers = { Cookie: cookie }
			const json = await client.send(path, { method, headers: { ...headers, Accept: "application/json" } })
			expectProblem(json, 405, "method_not_allowed")
			expect([path, method, json.headers.get("Allow")]).toEqual([path, method, allow])
			const html = await client.send(path, { method, headers: { ...headers, Accept: "text/html" } })
			expect([path, method, html.status, html.headers.get("Allow")]).toEqual([path, method, 405, allow])
			expect(html.text).toContain("This page does not take that kind of request.")
		}
		expect(rowsOf(house.server)).toEqual(before)
		expect((await client.getJson("/account", { Cookie: cookie })).status).toBe(200)
	})
})

describe("a path that nothing is at", () => {
	it.each(["/nowhere", "/account/a.css", "/assets/none.js"])(
		"%s is not found, whatever the method",
		async (path) => {
			const client = clientOf(house.server)
			for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
				const json = await client.send(path, { method, headers: { Accept: "application/json" } })
				expectProblem(json, 404, "not_found")
				const html = await client.send(path, { method, headers: { Accept: "text/html" } })
				expect([method, html.status, html.headers.get("Allow")]).toEqual([method, 404, null])
			}
		},
	)
})
