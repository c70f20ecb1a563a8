import { beforeAll, describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import {
	type Answer,
	COOKIE,
	clientOf,
	registerUnverified,
	registerVerified,
	sessionOf,
	somebody,
} from "../support/client"
import { getRaw } from "../support/exchange"
import { serverFixture } from "../support/server-fixture"

const { server, mailbox } = serverFixture({ APP_URL: "https://kit.test" })
const NAME = `__Host-${COOKIE}`
let signedIn: Answer
let cookie: string

beforeAll(async () => {
	const { username, password } = await registerVerified(server, mailbox)
	signedIn = await clientOf(server).postJson("/login", { username, password, remember: true })
	cookie = sessionOf(signedIn) ?? ""
})

const account = (cookie: string) =>
	getRaw(server, "/account", ["Accept: application/json", `Cookie: ${cookie}`])

describe("behind https", () => {
	it("H-17: the session cookie is called __Host-, and is Secure", async () => {
		expect(signedIn.status).toBe(200)
		expect(signedIn.cookies.filter((cookie) => cookie.startsWith(NAME))).toHaveLength(1)
		const form = new RegExp(
			`^${NAME}=[A-Za-z0-9_-]{43}; Path=/; HttpOnly; SameSite=Lax; Secure; Expires=[^;]+ GMT$`,
		)
		expect(signedIn.cookies[0]).toMatch(form)
	})

	it("H-17: only exactly that name is read, beside whatever else is sent", async () => {
		const token = cookie.slice(`${NAME}=`.length)
		const names = [
			COOKIE,
			`%5F_Host-${COOKIE}`,
			`__host-${COOKIE}`,
			NAME.toUpperCase(),
			`__Secure-${COOKIE}`,
			`_Host-${COOKIE}`,
			`${NAME}%20`,
		]
		const padded = [
			`\xa0${NAME}`,
			`\x85${NAME}`,
			`\x0b${NAME}`,
			`\x0c${NAME}`,
			`\xe2\x80\x80${NAME}`,
			`${NAME}\xa0`,
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
		expect(answer.cookies).toContain(`${NAME}=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0`)
		for (const set of answer.cookies) expect(set).toMatch(/^__Host-.*; Path=\/.*; Secure/)
	})

	it("insists on https, and mails links of APP_URL only", async () => {
		expect(signedIn.headers.get("Strict-Transport-Security")).toMatch(/^max-age=31536000/)
		for (const link of mailbox.mails.flatMap(({ links }) => links))
			expect(link.startsWith("https://kit.test/")).toBe(true)
	})

	it.runIf(config.verification.enabled)(
		"H-17: the cookie that marks the browser that registered is called __Host-, too, and only that is read",
		async () => {
			const { cookie, link } = await registerUnverified(server, mailbox, somebody())
			expect(cookie).toMatch(/^__Host-registration=[0-9a-f-]{36}\.[\w-]{43}$/)
			const value = cookie.slice("__Host-registration=".length)
			const confirm = (cookie: string) => clientOf(server).postForm("/verify", link, { Cookie: cookie })
			expect((await confirm(`registration=${value}`)).status).toBe(422)
			expect((await confirm(cookie)).status).toBe(303)
		},
	)
})
