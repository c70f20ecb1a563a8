import { beforeAll, describe, expect, it } from "vitest"
import { en as text } from "../../app/text/en"
import { textOf } from "../support/answers"
import { type Answer, clientOf, newSession, type Person, registerVerified } from "../support/client"
import { serverFixture } from "../support/server-fixture"

const { server, mailbox } = serverFixture()
let person: Person

beforeAll(async () => {
	person = await registerVerified(server, mailbox)
})

const post = (path: string, headers: Record<string, string>) =>
	clientOf(server).postForm(path, { username: person.username, password: person.password }, headers)

function expectNothingDone(answer: Answer): void {
	// A session that is none has ended, as far as the person who comes with it can know.
	expect(answer.cookies.filter((cookie) => !cookie.startsWith("notice=session_ended;"))).toEqual([])
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
		const answer = await post(path, foreign)
		expect(answer.status).toBe(403)
		expectNothingDone(answer)
		const asData = await post(path, { ...foreign, Accept: "application/json" })
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
		const answer = await post(path, { "Sec-Fetch-Site": "same-origin", Origin: server.url })
		expect(answer.status).toBe(400)
		expectNothingDone(answer)
	})

	it("H-19: GET with _data reads no loader, signed in or not", async () => {
		const cookie = await newSession(server, person)
		for (const path of ["/account?_data=routes%2Faccount", "/account?x?y&_data=routes%2Faccount"]) {
			const answer = await clientOf(server).getJson(path, { Cookie: cookie })
			expect([path, answer.status]).toEqual([path, 400])
			expectNothingDone(answer)
		}
	})

	it.each([
		"/account.data",
		"/account.data?_routes=routes%2Faccount",
		"/account.data?_routes=root%2Croutes%2Faccount",
	])("H-27, H-41: %s is shown to its owner only, and not kept anywhere", async (path) => {
		const client = clientOf(server)
		const cookie = await newSession(server, person)
		const own = await client.get(path, { Cookie: cookie })
		expect([own.status, own.text.includes(person.email)]).toEqual([200, true])
		const stranger = `${cookie.split("=")[0]}=${"A".repeat(43)}`
		for (const headers of [{}, { Cookie: stranger }] as Record<string, string>[]) {
			const refused = await client.get(path, headers)
			expectNothingDone(refused)
			expect(refused.text).toContain("/login?redirect_to=%2Faccount")
			expect(refused.headers.get("Cache-Control")).toBe("no-store")
		}
		expect(own.headers.get("Cache-Control")).toBe("no-store")
	})

	it("H-41: asked for the frame alone, the account's data stays where it is", async () => {
		const { text } = await clientOf(server).get("/account.data?_routes=root", {
			Cookie: await newSession(server, person),
		})
		expect(text).not.toContain(person.email)
	})
})

it("H-19: the data of a page that takes no form is refused in our own words", async () => {
	const answer = await clientOf(server).postForm("/_root.data", { a: "b" })
	expect([answer.status, answer.headers.get("Allow")]).toEqual([405, "GET, HEAD"])
	expect(textOf(answer)).toContain(text.problems.method_not_allowed)
	expect(answer.text).not.toMatch(/routes\/|did not provide|Error:/)
})
