import { beforeAll, describe, expect, it } from "vitest"
import { type Answer, clientOf, linkFields, sessionOf, somebody } from "../support/client"
import { openHouse } from "../support/house"
import { getRaw } from "../support/raw"

const house = openHouse({ APP_URL: "https://kit.test" })
let link: string
let signedIn: Answer
let cookie: string

beforeAll(async () => {
	const { username, email, password } = somebody()
	const client = clientOf(house.server)
	await client.postJson("/register", { username, email, password, confirm_password: password })
	link = (await house.mailbox.next(email)).links[0] ?? ""
	await client.postJson("/verify", linkFields(link))
	signedIn = await client.postJson("/login", { username, password, remember: true })
	cookie = sessionOf(signedIn) ?? ""
})

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
			const alone = await getRaw(house.server, "/account", [`Cookie: ${name}=${token}`])
			expect([name, [400, 401].includes(alone.status)]).toEqual([name, true])
		}
		for (const name of names) {
			const { status } = await getRaw(house.server, "/account", [
				`Cookie: ${name}=${"A".repeat(43)}; ${cookie}`,
			])
			expect([name, status]).toEqual([name, 200])
		}
	})

	it("signs out by a cookie of the same name and attributes", async () => {
		const answer = await clientOf(house.server).postForm("/logout", {})
		expect(answer.cookies).toContain("__Host-id=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0")
		for (const set of answer.cookies) expect(set).toMatch(/^__Host-.*; Path=\/.*; Secure/)
	})

	it("insists on https, and mails links of APP_URL", async () => {
		expect(signedIn.headers.get("Strict-Transport-Security")).toMatch(/^max-age=31536000/)
		expect(link.startsWith("https://kit.test/verify?")).toBe(true)
	})
})
