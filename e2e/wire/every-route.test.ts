import { beforeAll, describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import { type Account, newAccount, newSuperuser } from "../support/accounts"
import { expectProblem } from "../support/answers"
import { type Answer, clientOf } from "../support/client"
import { takenRoutes } from "../support/route-table"
import { rowsOf } from "../support/rows"
import { serverFixture } from "../support/server-fixture"

/** What must hold for every route, also for one that is added later: they are asked of the running server. */
const { server, mailbox } = serverFixture()
const UNSAFE = ["POST", "PUT", "PATCH", "DELETE"]
const FORM = "application/x-www-form-urlencoded"
const WALK_MS = 180_000

let superuser: Account
let routes: Awaited<ReturnType<typeof takenRoutes>>
/** The methods that change something, where there is something behind them. */
let unsafe: { address: string; method: string }[]

beforeAll(async () => {
	superuser = await newSuperuser(server, mailbox)
	const parameters = { id: (await newAccount(server, mailbox)).id, backend: "bearer" }
	const taken = await takenRoutes(server, parameters)
	const isThere = async (address: string) =>
		(await clientOf(server).getJson(address)).status !== 404 ||
		(await clientOf(server).postJson(address, {})).status !== 404
	routes = []
	for (const route of taken) if (await isThere(route.address)) routes.push(route)
	unsafe = routes.flatMap(({ address, methods }) =>
		methods.filter((method) => UNSAFE.includes(method)).map((method) => ({ address, method })),
	)
	expect(unsafe.length).toBeGreaterThan(10)
})

type Sent = { type?: string; body?: string; headers?: Record<string, string> }

function send(address: string, method: string, { type, body, headers = {} }: Sent): Promise<Answer> {
	return clientOf(server).send(address, {
		method,
		headers: {
			Accept: "application/json",
			Cookie: superuser.cookie,
			...(type && { "Content-Type": type }),
			...headers,
		},
		body,
	})
}

describe("every route that changes something", { timeout: WALK_MS }, () => {
	it("H-18, H-22, H-24: hears no other site, whatever the method and the type of body", async () => {
		const before = rowsOf(server)
		const elsewhere: Record<string, string>[] = [
			{ Origin: "https://evil.test", "Sec-Fetch-Site": "cross-site" },
			{ Origin: "https://evil.test" },
			{ Origin: "null" },
			{ "Sec-Fetch-Site": "same-site" },
		]
		for (const { address } of routes)
			for (const method of UNSAFE)
				for (const headers of elsewhere)
					for (const type of [FORM, "application/json", "text/plain"]) {
						const answer = await send(address, method, { type, body: "{}", headers })
						expect([address, method, headers, answer.status, answer.json?.code]).toEqual([
							address,
							method,
							headers,
							403,
							"origin_refused",
						])
						expect(answer.cookies).toEqual([])
					}
		expect(rowsOf(server)).toEqual(before)
	})

	it("H-19: is not reached by the router's own ways", async () => {
		const before = rowsOf(server)
		for (const { address, method } of unsafe) {
			const data = await send(`${address}?_data=routes%2Flogin`, method, { type: FORM, body: "a=1" })
			expect([address, method, data.status, data.json?.code]).toEqual([address, method, 400, "malformed"])
			const headers = { Origin: "https://evil.test", "Sec-Fetch-Site": "cross-site" }
			for (const spelling of [`${address}.data`, `${address}?index`, `${address}?_routes=root`]) {
				const foreign = await send(spelling, method, { type: FORM, body: "a=1", headers })
				expect([spelling, method, foreign.status]).toEqual([spelling, method, 403])
			}
		}
		expect(rowsOf(server)).toEqual(before)
	})

	it("H-20, H-03, H-04: reads no body of another type, in another coding, or too large", async () => {
		const before = rowsOf(server)
		const large = "x".repeat(config.server.maxBodyBytes)
		const tries: [string, number, Sent][] = [
			["unsupported_media_type", 415, { type: "text/plain", body: `{"intent":"delete"}` }],
			["unsupported_media_type", 415, { type: "application/json; charset=utf-16", body: "{}" }],
			["unsupported_media_type", 415, { type: "application/jsonp", body: "{}" }],
			["unsupported_media_type", 415, { type: FORM, body: "a=1", headers: { "Content-Encoding": "gzip" } }],
			["too_large", 413, { type: FORM, body: `a=${large}` }],
			["too_large", 413, { type: "application/json", body: `{"a":"${large}"}` }],
		]
		for (const { address, method } of unsafe)
			for (const [code, status, sent] of tries) {
				const answer = await send(address, method, sent)
				expect([address, method, sent.type, answer.status]).toEqual([address, method, sent.type, status])
				expectProblem(answer, status, code)
			}
		expect(rowsOf(server)).toEqual(before)
	})

	it("H-01, H-02: refuses what cannot be read, what goes too deep, and more than a hundred fields", async () => {
		const before = rowsOf(server)
		const many = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`f${index}`, "x"]))
		const tries: [number, Sent][] = [
			...["{", "[]", `"text"`, "1", "null", "\ufeff{}", "{,}", `{"a":${"[".repeat(9)}${"]".repeat(9)}}`].map(
				(body): [number, Sent] => [400, { type: "application/json", body }],
			),
			[400, { type: "multipart/form-data", body: "--b--" }],
			[422, { type: "application/json", body: JSON.stringify(many) }],
			[422, { type: FORM, body: new URLSearchParams(many).toString() }],
			[422, { type: FORM, body: "redirect_to=%2Fa&redirect_to=%2Fb" }],
		]
		for (const { address, method } of unsafe)
			for (const [status, sent] of tries) {
				const answer = await send(address, method, sent)
				expect([address, method, sent.body?.slice(0, 40), answer.status]).toEqual([
					address,
					method,
					sent.body?.slice(0, 40),
					status,
				])
				expect(answer.cookies).toEqual([])
			}
		expect(rowsOf(server)).toEqual(before)
	})
})

describe("every route that shows something", { timeout: WALK_MS }, () => {
	it("H-23: changes nothing by GET and HEAD, by a prefetcher, with fields in the query", async () => {
		const before = rowsOf(server)
		const query = new URLSearchParams({
			intent: "delete",
			sure: "on",
			active: "false",
			_method: "POST",
			email: "a@b.example",
		})
		for (const { address } of routes)
			for (const method of ["GET", "HEAD"])
				for (const accept of ["text/html", "application/json"])
					for (const search of ["", `?${query}`]) {
						const answer = await clientOf(server).send(address + search, {
							method,
							headers: {
								Accept: accept,
								Cookie: superuser.cookie,
								"Sec-Purpose": "prefetch;prerender",
								"X-HTTP-Method-Override": "DELETE",
							},
						})
						expect([address, method, answer.status < 500, answer.cookies]).toEqual([
							address,
							method,
							true,
							[],
						])
						if (method === "HEAD") expect(answer.text).toBe("")
					}
		expect(rowsOf(server)).toEqual(before)
	})

	it("H-41: shows a stranger, a member and a superuser no account of anybody else's that is not theirs to see", async () => {
		const { person } = await newAccount(server, mailbox)
		const member = await newAccount(server, mailbox)
		const id = String(
			server.database.prepare(`SELECT id FROM "User" WHERE username = ?`).pluck().get(person.username),
		)
		for (const { address } of await takenRoutes(server, { id, backend: "bearer" }))
			for (const cookie of ["", member.cookie])
				for (const spelling of [address, `${address}.data`, `${address}.data?_routes=routes%2Fuser`]) {
					const answer = await clientOf(server).get(spelling, { Accept: "application/json", Cookie: cookie })
					expect([spelling, answer.text.includes(person.email)]).toEqual([spelling, false])
				}
	})
})
