import { describe, expect, it } from "vitest"
import { type Answer, clientOf, linkFields, registerVerified, sessionOf, somebody } from "../support/client"
import { expectRefused, openHouse, postBoth, rowsOf, userRow } from "../support/house"

const house = openHouse()

function formOf(person = somebody()) {
	return { ...person, confirm_password: person.password }
}

function likeness({ status, headers, cookies }: Answer) {
	const kept = [...headers].filter(
		([name]) => !/^(date|x-request-id|content-security-policy|content-length)$/.test(name),
	)
	return { status, cookies, headers: kept }
}

describe("H-37: registering with what somebody else has", () => {
	it("H-37: a taken address gets the answer of a new one, and its owner a mail", async () => {
		const owner = await registerVerified(house.server, house.mailbox)
		const unverified = somebody()
		await clientOf(house.server).postJson("/register", formOf(unverified))
		await house.mailbox.next(unverified.email)
		const fresh = await postBoth(house.server, "/register", formOf())
		// The form came second, so its user name was taken by then; it gets a registration of its own.
		const freshForm = await clientOf(house.server).postForm("/register", formOf())
		for (const { email } of [owner, unverified]) {
			const before = rowsOf(house.server)
			const taken = formOf({ ...somebody(), email: email.toUpperCase() })
			const json = await clientOf(house.server).postJson("/register", taken)
			const form = await clientOf(house.server).postForm("/register", taken)
			expect(likeness(json)).toEqual(likeness(fresh.json))
			expect(likeness(form)).toEqual(likeness(freshForm))
			expect(json.json).toEqual({
				user: { username: taken.username, email: email.toUpperCase().replace(/@.*/, "@example.org") },
				verification: "sent",
				redirect_to: "/login",
			})
			expect(sessionOf(json)).toBeUndefined()
			expect(rowsOf(house.server).users).toEqual(before.users)
			const mail = await house.mailbox.next(email)
			expect(mail.subject).toMatch(/already have an account/i)
			expect(mail.text).not.toContain(taken.username)
			expect(mail.text).not.toMatch(/signature=/)
			expect(rowsOf(house.server).mails).toHaveLength(before.mails.length + 1)
			const { username, password } = taken
			const login = await clientOf(house.server).postJson("/login", { username, password })
			expect([login.status, login.json.code]).toEqual([401, "credentials_invalid"])
		}
		const { username, password } = owner
		expect((await clientOf(house.server).postJson("/login", { username, password })).status).toBe(200)
	})

	it("H-37: an inactive owner is told nothing, and the answer is the same", async () => {
		const owner = await registerVerified(house.server, house.mailbox)
		house.server.database.prepare(`UPDATE "User" SET active = 0 WHERE username = ?`).run(owner.username)
		const before = rowsOf(house.server)
		const answer = await clientOf(house.server).postJson(
			"/register",
			formOf({ ...somebody(), email: owner.email }),
		)
		expect([answer.status, answer.json.verification]).toEqual([201, "sent"])
		expect(rowsOf(house.server)).toEqual(before)
	})

	it("H-37: a taken user name is said, in any letter case, at both doors, and nobody is mailed", async () => {
		const owner = await registerVerified(house.server, house.mailbox)
		const before = rowsOf(house.server)
		for (const username of [owner.username, owner.username.toUpperCase(), ` ${owner.username} `]) {
			const refused = await postBoth(house.server, "/register", formOf({ ...somebody(), username }))
			expectRefused(refused, 422, "validation_failed")
			expect(Object.keys(refused.json.json.errors)).toEqual(["username"])
		}
		const both = await postBoth(house.server, "/register", formOf({ ...owner, password: "another good one" }))
		expect(Object.keys(both.json.json.errors)).toEqual(["username"])
		expect(rowsOf(house.server)).toEqual(before)
	})

	it("H-37: what the newcomer chose changes nothing of the account that is there", async () => {
		const owner = somebody()
		await clientOf(house.server).postJson("/register", formOf(owner))
		const link = linkFields((await house.mailbox.next(owner.email)).links[0] ?? "")
		const before = userRow(house.server, owner.username)
		const newcomer = { ...somebody(), email: owner.email, password: "the newcomer's password" }
		await clientOf(house.server).postJson("/register", formOf(newcomer))
		expect(userRow(house.server, owner.username)).toEqual(before)
		expect((await clientOf(house.server).postJson("/verify", link)).status).toBe(200)
		const wrong = { username: owner.email, password: newcomer.password }
		expect((await clientOf(house.server).postJson("/login", wrong)).status).toBe(401)
		const right = { username: owner.email, password: owner.password }
		expect((await clientOf(house.server).postJson("/login", right)).status).toBe(200)
	})
})
