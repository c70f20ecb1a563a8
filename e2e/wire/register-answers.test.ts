import { describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import { expectRefused, postFormAndJson } from "../support/answers"
import {
	AFTER_REGISTERING,
	type Answer,
	clientOf,
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

function likeness({ status, headers, cookies }: Pick<Answer, "status" | "headers" | "cookies">) {
	const kept = [...headers].filter(
		([name]) => !/^(date|x-request-id|content-security-policy|content-length|set-cookie)$/.test(name),
	)
	// Ids and their signatures differ, as all do; their form may not.
	const shapes = cookies.map((cookie) =>
		cookie
			.replace(/^mailed=[\w-]+\.[\w-]{43}/, "mailed=<what was typed>.<signature>")
			.replace(/[0-9a-f-]{36}\.[\w-]{43}/, "<id>.<signature>"),
	)
	return { status, cookies: shapes, headers: kept }
}

describe.runIf(config.verification.enabled)("H-37: registering with what somebody else has", () => {
	it("H-37, H-81: a taken address gets the answer of a new one, and its owner a mail", async () => {
		const owner = await registerVerified(server, mailbox)
		const fresh = await postFormAndJson(server, "/register", registrationOf(somebody()))
		// The form came second, so its user name was taken by then; it gets a registration of its own.
		const freshForm = await clientOf(server).postForm("/register", registrationOf(somebody()))
		const { email } = owner
		const json = await clientOf(server).postJson(
			"/register",
			registrationOf({ ...somebody(), email: email.toUpperCase() }),
		)
		const form = await clientOf(server).postForm("/register", registrationOf({ ...somebody(), email }))
		expect(likeness(json)).toEqual(likeness(fresh.json))
		expect(likeness(form)).toEqual(likeness(freshForm))
		expect(sessionOf(json)).toBeUndefined()
		for (let count = 0; count < 2; count++) {
			const mail = await mailbox.next(count ? email : email.replace(/.*@/, (name) => name.toUpperCase()))
			expect(mail.text).toContain(owner.username)
			expect(mail.text).not.toMatch(/signature=/)
		}
		expect((await signIn(server, owner)).status).toBe(200)
	})

	it("H-81: a taken address leaves what a new one leaves: rows, a mail, and what comes of signing in", async () => {
		const owner = await registerVerified(server, mailbox)
		const seen = []
		for (const email of [owner.email, somebody().email]) {
			const person = { ...somebody(), email, password: longEnough("nobody else's password") }
			const before = rowsOf(server)
			const registered = await register(server, person)
			const { username } = person
			expect(registered.json).toEqual({
				user: { username, email },
				verification: "sent",
				redirect_to: AFTER_REGISTERING,
			})
			const { users, mails } = rowsOf(server)
			expect([users.length - before.users.length, mails.length - before.mails.length]).toEqual([1, 1])
			const { id, passwordHash, unprovenUntil, createdAt, ...row } = userRow(server, username)
			const { kind, to } = server.database
				.prepare(`SELECT "kind", "to" FROM "OutboxMail" WHERE "userId" = ?`)
				.get(id) as Record<string, string>
			expect([kind, to]).toEqual(["verify", email])
			expect(row).toMatchObject({ emailKey: email, ownedEmailKey: null, emailVerifiedAt: null })
			expect([unprovenUntil, String(passwordHash).slice(0, 30)]).toEqual([
				expect.any(String),
				expect.stringMatching(/^\$argon2id\$v=19\$m=19456,t=2,p=1/),
			])
			await mailbox.next(email)

			const again = await clientOf(server).postJson(
				"/register",
				registrationOf({ ...somebody(), username, email: somebody().email }),
			)
			const byName = await signIn(server, person)
			const byAddress = await signIn(server, { username: email, password: person.password })
			const resent = await clientOf(server).postJson("/verify/resend", { email })
			await mailbox.next(email)
			seen.push(
				[again, byName, byAddress, resent].map(({ text, ...answer }) => ({ text, ...likeness(answer) })),
			)
			expect([again, byName, byAddress, resent].map(({ status }) => status)).toEqual([422, 403, 401, 202])
		}
		expect(seen[0]).toEqual(seen[1])
	})

	it("H-37: an inactive owner is told nothing, and the answer is the same", async () => {
		const owner = await registerVerified(server, mailbox)
		server.database.prepare(`UPDATE "User" SET active = false WHERE username = ?`).run(owner.username)
		const answer = await register(server, { ...somebody(), email: owner.email })
		expect([answer.status, answer.json.verification]).toEqual([201, "sent"])
		const about = server.database.prepare(
			`SELECT count(*) n FROM "OutboxMail" WHERE "to" = ? AND "sentAt" IS NULL`,
		)
		await expect.poll(() => about.get(owner.email)).toEqual({ n: 0 })
		expect(mailbox.mails.filter(({ envelope }) => envelope.to.includes(owner.email))).toHaveLength(1)
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
		const owner = await registerVerified(server, mailbox)
		const before = userRow(server, owner.username)
		const newcomer = { ...somebody(), email: owner.email, password: longEnough("the newcomer's password") }
		await register(server, newcomer)
		expect(userRow(server, owner.username)).toEqual(before)
		const wrong = await signIn(server, { username: owner.email, password: newcomer.password })
		expect([wrong.status, wrong.json.code]).toEqual([401, "credentials_invalid"])
		expect((await signIn(server, { username: owner.email, password: owner.password })).status).toBe(200)
	})
})
