import { describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import { expectRefused, postFormAndJson } from "../support/answers"
import {
	type Answer,
	clientOf,
	linkFields,
	longEnough,
	register,
	registerVerified,
	registrationOf,
	sessionOf,
	signIn,
	somebody,
} from "../support/client"
import { rowsOf, userRow } from "../support/rows"
import { serverFixture } from "../support/server-fixture"

const { server, mailbox } = serverFixture()

function likeness({ status, headers, cookies }: Answer) {
	const kept = [...headers].filter(
		([name]) => !/^(date|x-request-id|content-security-policy|content-length)$/.test(name),
	)
	return { status, cookies, headers: kept }
}

describe.runIf(config.verification.enabled)("H-37: registering with what somebody else has", () => {
	it("H-37: a taken address gets the answer of a new one, and its owner a mail", async () => {
		const owner = await registerVerified(server, mailbox)
		const unverified = somebody()
		await register(server, unverified)
		await mailbox.next(unverified.email)
		const fresh = await postFormAndJson(server, "/register", registrationOf(somebody()))
		// The form came second, so its user name was taken by then; it gets a registration of its own.
		const freshForm = await clientOf(server).postForm("/register", registrationOf(somebody()))
		for (const { email } of [owner, unverified]) {
			const before = rowsOf(server)
			const taken = registrationOf({ ...somebody(), email: email.toUpperCase() })
			const json = await clientOf(server).postJson("/register", taken)
			const form = await clientOf(server).postForm("/register", taken)
			expect(likeness(json)).toEqual(likeness(fresh.json))
			expect(likeness(form)).toEqual(likeness(freshForm))
			expect(json.json).toEqual({
				user: { username: taken.username, email: email.toUpperCase().replace(/@.*/, "@example.org") },
				verification: "sent",
				redirect_to: config.registration.redirectTo,
			})
			expect(sessionOf(json)).toBeUndefined()
			expect(rowsOf(server).users).toEqual(before.users)
			const mail = await mailbox.next(email)
			expect(mail.subject).toMatch(/already have an account/i)
			expect(mail.text).not.toContain(taken.username)
			expect(mail.text).not.toMatch(/signature=/)
			expect(rowsOf(server).mails).toHaveLength(before.mails.length + 1)
			const login = await signIn(server, taken)
			expect([login.status, login.json.code]).toEqual([401, "credentials_invalid"])
		}
		expect((await signIn(server, owner)).status).toBe(200)
	})

	it("H-37: an inactive owner is told nothing, and the answer is the same", async () => {
		const owner = await registerVerified(server, mailbox)
		server.database.prepare(`UPDATE "User" SET active = 0 WHERE username = ?`).run(owner.username)
		const before = rowsOf(server)
		const answer = await clientOf(server).postJson(
			"/register",
			registrationOf({ ...somebody(), email: owner.email }),
		)
		expect([answer.status, answer.json.verification]).toEqual([201, "sent"])
		expect(rowsOf(server)).toEqual(before)
	})

	it("H-37: a taken user name is said, in any letter case, by page and JSON, and nobody is mailed", async () => {
		const owner = await registerVerified(server, mailbox)
		const before = rowsOf(server)
		for (const username of [owner.username, owner.username.toUpperCase(), ` ${owner.username} `]) {
			const refused = await postFormAndJson(server, "/register", registrationOf({ ...somebody(), username }))
			expectRefused(refused, 422, "validation_failed")
			expect(Object.keys(refused.json.json.errors)).toEqual(["username"])
		}
		const both = await postFormAndJson(
			server,
			"/register",
			registrationOf({ ...owner, password: longEnough("another good one") }),
		)
		expect(Object.keys(both.json.json.errors)).toEqual(["username"])
		expect(rowsOf(server)).toEqual(before)
	})

	it("H-37: what the newcomer chose changes nothing of the account that is there", async () => {
		const owner = somebody()
		await register(server, owner)
		const link = linkFields((await mailbox.next(owner.email)).links[0] ?? "")
		const before = userRow(server, owner.username)
		const newcomer = { ...somebody(), email: owner.email, password: longEnough("the newcomer's password") }
		await register(server, newcomer)
		expect(userRow(server, owner.username)).toEqual(before)
		expect((await clientOf(server).postJson("/verify", link)).status).toBe(200)
		const wrong = { username: owner.email, password: newcomer.password }
		expect((await clientOf(server).postJson("/login", wrong)).status).toBe(401)
		const right = { username: owner.email, password: owner.password }
		expect((await clientOf(server).postJson("/login", right)).status).toBe(200)
	})
})
