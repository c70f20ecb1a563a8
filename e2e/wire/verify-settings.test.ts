import { describe, expect, it } from "vitest"
import { expectProblem } from "../support/answers"
import { clientOf, registerUnverified, sessionOf } from "../support/client"
import { rowsOf, userRow } from "../support/rows"
import { serverFixture } from "../support/server-fixture"

const FRONT_END = "https://shop.example.org/confirm?lang=en"

describe("V5: verification.oneTimeUse: false", () => {
	const { server, mailbox } = serverFixture({}, [], {
		registration: { signIn: false },
		verification: { enabled: true, oneTimeUse: false, autoLogin: "same-browser" },
	})

	it("V5: a link answers again, changes nothing more, and signs nobody in", async () => {
		const { person, link, cookie } = await registerUnverified(server, mailbox)
		const first = await clientOf(server).postJson("/verify", link, { Cookie: cookie })
		expect([first.status, first.json.user.verified]).toEqual([200, true])
		expect(sessionOf(first)).toBeDefined()
		const before = rowsOf(server)
		const again = await clientOf(server).postJson("/verify", link, { Cookie: cookie })
		expect([again.status, again.json.user]).toEqual([200, first.json.user])
		expect(again.cookies).toEqual([])
		const form = await clientOf(server).postForm("/verify", link)
		expect([form.status, sessionOf(form)]).toEqual([303, undefined])
		const page = await clientOf(server).get(`/verify?${new URLSearchParams(link)}`, { Accept: "text/html" })
		expect(page.status).toBe(200)
		expect(page.text).not.toContain('type="password"')
		expect(rowsOf(server)).toEqual(before)
		expect(server.output().match(/"event":"user.activated"/g)).toHaveLength(1)

		const disown = { ...link, intent: "not_me", sure: "on" }
		expectProblem(await clientOf(server).postJson("/verify", disown), 400, "link_invalid")
		expect(userRow(server, person.username)).toBeDefined()
	})

	it("V5: of many at once, all are answered, and one did it", async () => {
		const { link, person } = await registerUnverified(server, mailbox)
		const activated = () => server.output().match(/"event":"user.activated"/g)?.length ?? 0
		const before = activated()
		const all = await Promise.all(Array.from({ length: 6 }, () => clientOf(server).postJson("/verify", link)))
		expect(all.map(({ status }) => status)).toEqual(Array(6).fill(200))
		expect(activated() - before).toBe(1)
		expect(userRow(server, person.username).emailVerifiedAt).not.toBeNull()
	})

	it("V1, V5: it is dead once the account changes, and revives no account that is off", async () => {
		const { link, person } = await registerUnverified(server, mailbox)
		await clientOf(server).postJson("/verify", link)
		for (const change of ["active = false", "active = true, epoch = epoch + 1"]) {
			server.database.prepare(`UPDATE "User" SET ${change} WHERE username = ?`).run(person.username)
			expectProblem(await clientOf(server).postJson("/verify", link), 400, "link_invalid")
		}
	})
})

describe("V5: verification.oneTimeUse", () => {
	const { server, mailbox } = serverFixture({}, [], {
		registration: { signIn: false },
		verification: {
			enabled: true,
			oneTimeUse: true,
			url: FRONT_END,
			periodSeconds: 3600,
			redirectTo: "/account",
		},
	})

	it("V5: of many at once, one wins", async () => {
		const { link } = await registerUnverified(server, mailbox)
		const all = await Promise.all(Array.from({ length: 6 }, () => clientOf(server).postJson("/verify", link)))
		expect(all.map(({ status }) => status).sort()).toEqual([200, ...Array(5).fill(400)])
	})

	it("V4: with verification.url, the mail leads to the front end, whose fields verify", async () => {
		const { url, link } = await registerUnverified(server, mailbox)
		expect(url).toMatch(/^https:\/\/shop\.example\.org\/confirm\?lang=en&user_id=/)
		const { user_id, timestamp, signature } = link
		const verified = await clientOf(server).postJson("/verify", { user_id, timestamp, signature })
		expect([verified.status, verified.json.redirect_to]).toEqual([200, "/account"])
	})

	it("V3: with verification.periodSeconds, a registration waits for that long", async () => {
		const { link, person } = await registerUnverified(server, mailbox)
		const { createdAt, unprovenUntil } = userRow(server, person.username)
		expect(Date.parse(String(unprovenUntil)) - Date.parse(String(createdAt))).toBe(3_600_000)
		expect(Number(link.timestamp)).toBeGreaterThan(Date.now() / 1000 - 60)
	})
})
