import { beforeAll, describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import { expectPrivate, expectRefused, getPageAndJson } from "../support/answers"
import { COOKIE, clientOf, newSession, type Person, registerVerified } from "../support/client"
import { rowsOf } from "../support/rows"
import { serverFixture } from "../support/server-fixture"

const { server, mailbox } = serverFixture()
const GONE = `${COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0`
let person: Person

beforeAll(async () => {
	person = await registerVerified(server, mailbox)
})

const signedIn = () => newSession(server, person)

async function statusOf(cookie: string): Promise<number> {
	return (await clientOf(server).getJson("/account", { Cookie: cookie })).status
}

describe("GET /logout", () => {
	it("asks, and ends nothing", async () => {
		const cookie = await signedIn()
		const { form, json } = await getPageAndJson(server, "/logout", {
			Cookie: cookie,
			"Sec-Purpose": "prefetch",
		})
		expect([form.status, json.status]).toEqual([200, 200])
		expect(form.text).toMatch(/<form[^>]*method="post"/)
		expect(json.json).toEqual({ signed_in: true })
		expect([form.cookies, json.cookies]).toEqual([[], []])
		expectPrivate(form)
		expect(await statusOf(cookie)).toBe(200)
		expect((await clientOf(server).getJson("/logout")).json).toEqual({ signed_in: false })
	})
})

describe("POST /logout", () => {
	it("ends the session that made the call and no other, for a person", async () => {
		const [cookie, elsewhere] = [await signedIn(), await signedIn()]
		const answer = await clientOf(server).postForm("/logout", {}, { Cookie: cookie })
		expect([answer.status, answer.headers.get("Location")]).toEqual([303, config.logout.redirectTo])
		expect(answer.cookies).toContain(GONE)
		expectPrivate(answer)
		expect([await statusOf(cookie), await statusOf(elsewhere)]).toEqual([401, 200])
	})

	it("answers a program with 204 and nothing else", async () => {
		const cookie = await signedIn()
		const client = clientOf(server)
		const answer = await client.send("/logout", {
			method: "POST",
			headers: { Accept: "application/json", Cookie: cookie },
		})
		expect([answer.status, answer.text, answer.cookies]).toEqual([204, "", [GONE]])
		expectPrivate(answer)
		expect(await statusOf(cookie)).toBe(401)
	})

	it("gives the same answer without a session, and with one that has ended", async () => {
		const cookie = await signedIn()
		const client = clientOf(server)
		const first = await client.postForm("/logout", {}, { Cookie: cookie })
		const before = rowsOf(server)
		for (const again of [
			await client.postForm("/logout", {}, { Cookie: cookie }),
			await client.postForm("/logout", {}),
		]) {
			expect([again.status, again.headers.get("Location")]).toEqual([303, config.logout.redirectTo])
			expect(again.cookies).toEqual(first.cookies)
		}
		const json = await client.postJson("/logout", {})
		expect([json.status, json.text, json.cookies]).toEqual([204, "", [GONE]])
		expect(rowsOf(server)).toEqual(before)
	})

	it("leads a person to redirect_to", async () => {
		const client = clientOf(server)
		const inQuery = await client.postForm("/logout?redirect_to=/account", {})
		const inBody = await client.postForm("/logout", { redirect_to: "/account" })
		expect([inQuery.headers.get("Location"), inBody.headers.get("Location")]).toEqual([
			"/account",
			"/account",
		])
	})

	it("ends nothing when the request cannot be read, and says so", async () => {
		const cookie = await signedIn()
		const client = clientOf(server)
		const multipart = { "Content-Type": "multipart/form-data", Cookie: cookie }
		const send = (accept: string) =>
			client.send("/logout", { method: "POST", headers: { ...multipart, Accept: accept }, body: "x" })
		expectRefused({ form: await send("text/html"), json: await send("application/json") }, 400, "malformed")
		expect(await statusOf(cookie)).toBe(200)
	})
})

describe("H-10: signing out while the session is in use", () => {
	it("H-10: twenty reads at the same moment neither fail nor bring the session back", async () => {
		for (let round = 0; round < 3; round++) {
			const cookie = await signedIn()
			// Due to be extended: every read wants to write.
			const soon = server.database.prepare(`UPDATE "Session" SET "expiresAt" = ? WHERE id IN
				(SELECT id FROM "Session" ORDER BY "createdAt" DESC LIMIT 1)`)
			soon.run(new Date(Date.now() + (config.session.expirySeconds * 1000) / 60).toISOString())
			const reads = Array.from({ length: 20 }, () => statusOf(cookie))
			const logout = clientOf(server).postJson("/logout", {}, { Cookie: cookie })
			for (const status of await Promise.all(reads)) expect([200, 401]).toContain(status)
			expect((await logout).status).toBe(204)
			expect(await statusOf(cookie)).toBe(401)
		}
		const fromThen = server.database.prepare(`SELECT count(*) FROM "Session" WHERE "expiresAt" < ?`).pluck()
		expect(fromThen.get(new Date(Date.now() + config.session.expirySeconds * 500).toISOString())).toBe(0)
	})
})
