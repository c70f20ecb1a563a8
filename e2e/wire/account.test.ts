import { beforeAll, describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import { expectPrivate, expectProblem, textOf } from "../support/answers"
import { COOKIE, clientOf, newSession, ownFieldsOf, type Person, registerVerified } from "../support/client"
import { serverFixture } from "../support/server-fixture"

const { server, mailbox } = serverFixture()
const RFC3339_UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/
let person: Person

beforeAll(async () => {
	person = await registerVerified(server, mailbox)
})

const signedIn = () => newSession(server, person)

function changeUser(assignment: string): void {
	server.database.prepare(`UPDATE "User" SET ${assignment} WHERE username = ?`).run(person.username)
}

function changeSessions(assignment: string, ...values: string[]): void {
	server.database.prepare(`UPDATE "Session" SET ${assignment}`).run(...values)
}

describe("GET /account", () => {
	it("answers a program with the user and the session", async () => {
		const answer = await clientOf(server).getJson("/account", { Cookie: await signedIn() })
		expect(answer.status).toBe(200)
		expect(answer.headers.get("Content-Type")).toBe("application/json")
		const time = expect.stringMatching(RFC3339_UTC)
		const { username, email } = person
		const flags = { verified: config.verification.enabled, active: true, superuser: false }
		expect(answer.json).toEqual({
			user: { id: expect.any(String), username, email, ...flags, created_at: time, ...ownFieldsOf(person) },
			session: { expires_at: time, absolute_expires_at: time, backend: "cookie" },
		})
		expect(answer.text).not.toMatch(/hash|epoch|argon2|key/i)
		expectPrivate(answer)
	})

	it("shows a person the account, and nothing of the inside", async () => {
		const page = await clientOf(server).get("/account", { Cookie: await signedIn() })
		expect(page.status).toBe(200)
		expect(textOf(page)).toContain(person.username)
		expect(textOf(page)).toContain(person.email)
		expect(page.text).not.toMatch(/passwordHash|argon2|epoch/)
		expectPrivate(page)
	})

	it("sends a person without a session to sign in and back, and tells a program 401", async () => {
		const client = clientOf(server)
		const stranger = `${COOKIE}=${"A".repeat(43)}`
		for (const cookie of ["", stranger, `${COOKIE}=`, `${COOKIE}=short`]) {
			const headers = { Cookie: cookie }
			const page = await client.get("/account?tab=1&x=%2F", { Accept: "text/html", ...headers })
			const next = "/login?redirect_to=%2Faccount%3Ftab%3D1%26x%3D%252F"
			expect([page.status, page.headers.get("Location")]).toEqual([303, next])
			expectPrivate(page)
			expect(page.text).not.toContain(person.email)
			expectProblem(await client.getJson("/account", headers), 401, "unauthenticated")
		}
		const { username, password } = person
		const back = await client.postForm("/login?redirect_to=%2Faccount%3Ftab%3D1%26x%3D%252F", {
			username,
			password,
		})
		expect(back.headers.get("Location")).toBe("/account?tab=1&x=%2F")
	})

	it.each([
		["has expired", () => changeSessions(`"expiresAt" = ?`, new Date(Date.now() - 1000).toISOString())],
		["belongs to an account that was switched off", () => changeUser("active = false")],
		["is older than the account's last change", () => changeUser("epoch = epoch + 1")],
		["is gone", () => server.database.exec(`DELETE FROM "Session"`)],
	])("does not know a session that %s", async (_what, end) => {
		const cookie = await signedIn()
		const client = clientOf(server)
		expect((await client.getJson("/account", { Cookie: cookie })).status).toBe(200)
		end()
		expectProblem(await client.getJson("/account", { Cookie: cookie }), 401, "unauthenticated")
		expect((await client.get("/account", { Cookie: cookie })).status).toBe(303)
		expect((await client.getJson("/", { Cookie: cookie })).json).toEqual({ user: null })
		changeUser("active = true")
	})

	it("lets a session in use live longer, but not past its absolute end", async () => {
		const cookie = await signedIn()
		const client = clientOf(server)
		const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString()
		const seen = async () => (await client.getJson("/account", { Cookie: cookie })).json.session
		const whole = config.session.expirySeconds / 60
		changeSessions(`"expiresAt" = ?`, inMinutes(whole / 6))
		await seen()
		expect(Date.parse((await seen()).expires_at)).toBeGreaterThan(Date.parse(inMinutes(whole * 0.9)))
		const end = inMinutes(whole / 3)
		changeSessions(`"expiresAt" = ?, "absoluteExpiresAt" = ?`, inMinutes(whole / 6), end)
		await seen()
		expect(await seen()).toEqual({
			expires_at: end.replace("+00:00", "Z"),
			absolute_expires_at: end,
			backend: "cookie",
		})
	})
})
