import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { clientOf, linkFields, sessionOf, somebody } from "../support/client"
import { type Mailbox, startMailbox } from "../support/mailbox"
import { startServer, type TestServer } from "../support/server"

let server: TestServer
let mailbox: Mailbox

beforeAll(async () => {
	mailbox = await startMailbox()
	server = await startServer({ env: { SMTP_URL: mailbox.url } })
})
afterAll(async () => {
	await server.stop()
	await mailbox.close()
})

describe("the whole way, by a program", () => {
	it("registers, verifies, signs in, shows the account, signs out", async () => {
		const client = clientOf(server)
		const { username, email, password } = somebody()
		const registered = await client.postJson("/register", {
			username,
			email,
			password,
			confirm_password: password,
		})
		expect(registered.status).toBe(201)
		expect(registered.json).toEqual({
			user: { username, email },
			verification: "sent",
			redirect_to: "/login",
		})

		const early = await client.postJson("/login", { username, password })
		expect([early.status, early.json.code]).toEqual([403, "not_verified"])
		expect(early.cookies).toEqual([])

		const mail = await mailbox.next(email)
		const link = linkFields(mail.links[0] ?? "")
		const page = await client.get(`/verify?${new URLSearchParams(link)}`)
		expect(page.status).toBe(200)
		expect(page.text).toContain("Confirm my address")
		const verified = await client.postJson("/verify", link)
		expect(verified.status).toBe(200)
		expect(verified.json.user).toMatchObject({
			username,
			email,
			verified: true,
			active: true,
			superuser: false,
		})
		const again = await client.postJson("/verify", link)
		expect([again.status, again.json.code]).toEqual([400, "link_invalid"])

		const signedIn = await client.postJson("/login", { username: email, password })
		expect(signedIn.status).toBe(200)
		const cookie = sessionOf(signedIn) ?? ""
		const account = await client.getJson("/account", { Cookie: cookie })
		expect(account.json.user).toEqual(signedIn.json.user)
		expect(account.json.session.backend).toBe("cookie")

		const signedOut = await client.postJson("/logout", {}, { Cookie: cookie })
		expect(signedOut.status).toBe(204)
		const after = await client.getJson("/account", { Cookie: cookie })
		expect([after.status, after.json.code]).toEqual([401, "unauthenticated"])
	})
})
