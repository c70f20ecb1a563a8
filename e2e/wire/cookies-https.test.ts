import { beforeAll, describe, expect, it } from "vitest"
import { type Answer, clientOf, registerUnverified, sessionOf } from "../support/client"
import { getRaw } from "../support/exchange"
import { serverFixture } from "../support/server-fixture"

const { server, mailbox } = serverFixture({ APP_URL: "https://kit.test" })
let link: string
let signedIn: Answer
let cookie: string

beforeAll(async () => {
	const unverified = await registerUnverified(server, mailbox)
	link = unverified.url
	const client = clientOf(server)
	await client.postJson("/verify", unverified.link)
	const { username, password } = unverified.person
	signedIn = await client.postJson("/login", { username, password, remember: true })
	cookie = sessionOf(signedIn) ?? ""
})

const account = (cookie: string) =>
	getRaw(server, "/account", ["Accept: application/json", `Cookie: ${cookie}`])

describe("behind https", () => {
	it("H-17: the session cookie is __Host-id and Secure", async () => {
		expect(signedIn.status).toBe(200)
		expect(signedIn.cookies).toHaveLength(1)
		const form = /^__Host-id=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure; Expires=[^;]+ GMT$/
		expect(signedIn.cookies[0]).toMatch(form)
	})

	it("H-17: only exactly __Host-id is read, beside whatever else is sent", async () => {
		const token = cookie.slice("__Host-id=".length)
		const names = ["id", "%5F_Host-id", "__host-id", "__HOST-ID", "__Secure-id", "_Host-id", "__Host-id%20"]
		const padded = [
			"\xa0__Host-id",
			"\x85__Host-id",
			"\x0b__Host-id",
			"\x0c__Host-id",
			"\xe2\x80\x80__Host-id",
			"__Host-id\xa0",
		]
		for (const name of [...names, ...padded]) {
			const alone = await account(`${name}=${token}`)
			expect([name, [400, 401].includes(alone.status)]).toEqual([name, true])
		}
		for (const name of names) {
			const { status } = await account(`${name}=${"A".repeat(43)}; ${cookie}`)
			expect([name, status]).toEqual([name, 200])
		}
	})

	it("signs out by a cookie of the same name and attributes", async () => {
		const answer = await clientOf(server).postForm("/logout", {})
		expect(answer.cookies).toContain("__Host-id=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0")
		for (const set of answer.cookies) expect(set).toMatch(/^__Host-.*; Path=\/.*; Secure/)
	})

	it("insists on https, and mails links of APP_URL", async () => {
		expect(signedIn.headers.get("Strict-Transport-Security")).toMatch(/^max-age=31536000/)
		expect(link.startsWith("https://kit.test/verify?")).toBe(true)
	})
})
