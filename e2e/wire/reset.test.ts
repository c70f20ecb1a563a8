import { describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import { expectPrivate, expectRefused, getPageAndJson, inputValue, postFormAndJson } from "../support/answers"
import {
	clientOf,
	type LinkFields,
	linkFields,
	longEnough,
	newSession,
	type Person,
	register,
	registerUnverified,
	registerVerified,
	sessionOf,
	signIn,
	somebody,
} from "../support/client"
import { comparable } from "../support/comparable"
import { forgeLink } from "../support/forge"
import { lastMailKind, rowsOf, userRow } from "../support/rows"
import { afterAnswers, serverFixture } from "../support/server-fixture"

const { server, mailbox } = serverFixture()
const HOUR_SECONDS = 60 * 60
const NEW = longEnough("staple lantern orbit")
const chosen = { password: NEW, confirm_password: NEW }

function pathOf(link: Record<string, string>): string {
	return `/reset-password?${new URLSearchParams(link)}`
}

/** The link in the next mail to this person that is about a new password. */
async function resetLink({ email }: Person, typed = email): Promise<LinkFields> {
	const asked = await clientOf(server).postJson("/forgot-password", { email: typed })
	expect([asked.status, asked.text]).toEqual([202, "{}"])
	for (;;) {
		const mail = await mailbox.next(email)
		const link = mail.links.find((candidate) => candidate.includes("/reset-password?"))
		if (link) return linkFields(link)
	}
}

const member = () => registerVerified(server, mailbox)
const change = (person: Person, assignment: string) =>
	server.database.prepare(`UPDATE "User" SET ${assignment} WHERE username = ?`).run(person.username)

describe("P1: /forgot-password", () => {
	it("P1: shows a form to a person, and tells a program its fields", async () => {
		const { form, json } = await getPageAndJson(server, "/forgot-password")
		expect([form.status, json.status]).toEqual([200, 200])
		expect(json.json).toEqual({ fields: [{ name: "email", type: "email", required: true }], captcha: null })
		expect((await clientOf(server).get("/login")).text).toContain('href="/forgot-password"')
	})

	it("P1 H-38: asking by user name uses up no budget that an answer about an address depends on", async () => {
		const person = await member()
		const stranger = clientOf(server)
		for (let count = 0; count < config.limits.mailPerMailboxAndClient.points; count++)
			expect((await stranger.postJson("/forgot-password", { email: person.username })).status).toBe(202)
		await afterAnswers()
		expect((await stranger.postJson("/forgot-password", { email: somebody().email })).status).toBe(202)
		expect((await stranger.postJson("/forgot-password", { email: person.email })).status).toBe(202)
	})

	it("P1 H-38: answers the same to everybody, and mails only who has an active account", async () => {
		const known = await member()
		const inactive = await member()
		const unverified = config.verification.enabled
			? (await registerUnverified(server, mailbox)).person
			: await member()
		change(inactive, "active = false")
		const answers = []
		const typed = [
			known.email,
			known.username,
			inactive.email,
			unverified.email,
			somebody().email,
			"nobody-here",
		]
		for (const email of typed) answers.push(await postFormAndJson(server, "/forgot-password", { email }))
		for (const { form, json } of answers) {
			expect([json.status, json.text, json.cookies]).toEqual([202, "{}", []])
			expect([form.status, form.headers.get("Location"), form.text]).toEqual([303, "/forgot-password", ""])
			expect(form.cookies).toEqual(answers[0]?.form.cookies)
			expectPrivate(form)
			expectPrivate(json)
		}
		await afterAnswers()
		const mails = (person: Person) =>
			server.database
				.prepare(`SELECT count(*) FROM "OutboxMail" WHERE "to" = ? AND kind = 'reset'`)
				.pluck()
				.get(person.email)
		expect([mails(known), mails(inactive), mails(unverified)]).toEqual([4, 0, 2])
	})

	it("P1: refuses what is missing or too long, and keeps what was typed", async () => {
		for (const email of ["", " ", "a".repeat(255)]) {
			const refused = await postFormAndJson(server, "/forgot-password", { email })
			expectRefused(refused, 422, "validation_failed")
			expect(Object.keys(refused.json.json.errors)).toEqual(["email"])
			expect(inputValue(refused.form, "email") ?? "").toBe(email)
		}
	})

	it("P1 H-82: mails one mailbox no more often than it may, by address or by user name", async () => {
		const person = await member()
		const perMailbox = config.limits.mailPerMailbox.points
		for (let count = 0; count < perMailbox + 3; count++)
			await clientOf(server).postJson("/forgot-password", {
				email: count % 2 ? person.email : person.username,
			})
		await afterAnswers()
		const sent = server.database
			.prepare(`SELECT count(*) FROM "OutboxMail" WHERE "to" = ?`)
			.pluck()
			.get(person.email)
		expect(sent).toBeLessThanOrEqual(perMailbox)
		const typed = somebody()
		for (let count = 0; count < perMailbox; count++)
			expect((await clientOf(server).postJson("/forgot-password", { email: typed.email })).status).toBe(202)
		expectRefused(
			await postFormAndJson(server, "/forgot-password", { email: typed.email }),
			429,
			"rate_limited",
		)
	})

	it("H-26: mails a link to the configured host, whatever the request says", async () => {
		const { email } = await member()
		const hostile = {
			"X-Forwarded-Host": "evil.test",
			"X-Forwarded-Proto": "https",
			"X-Forwarded-Port": "444",
			Forwarded: "host=evil.test",
			"X-Original-URL": "https://evil.test/",
			Referer: "https://evil.test/",
		}
		const body = {
			email,
			origin: "https://evil.test",
			callbackURL: "https://evil.test",
			redirectTo: "//evil.test",
		}
		expect((await clientOf(server).postJson("/forgot-password", body, hostile)).status).toBe(202)
		const mail = await mailbox.next(email)
		expect(mail.raw).not.toContain("evil.test")
		expect(mail.links.every((link) => link.startsWith(`${server.url}/`))).toBe(true)
	})
})

describe("P1: /reset-password", () => {
	it("P1 H-23: opening the link changes nothing; it shows whose password it is", async () => {
		const person = await member()
		const link = await resetLink(person)
		const before = rowsOf(server)
		const { form, json } = await getPageAndJson(server, pathOf(link), { "Sec-Purpose": "prefetch" })
		expect([form.status, json.status]).toEqual([200, 200])
		expect(inputValue(form, "username")).toBe(person.username)
		expect(form.text).toContain('autoComplete="username"')
		for (const [name, value] of Object.entries(link)) expect(inputValue(form, name)).toBe(value)
		expect(json.json).toMatchObject({ link, username: person.username })
		expect(rowsOf(server)).toEqual(before)
	})

	it("P1 H-33: sets the password, ends every session, tells the owner, signs nobody in", async () => {
		const person = await member()
		const cookies = [await newSession(server, person), await newSession(server, person)]
		const link = await resetLink(person, person.username)
		const answer = await clientOf(server).postForm("/reset-password", { ...link, ...chosen })
		expect([answer.status, answer.headers.get("Location")]).toEqual([303, "/login"])
		expect(sessionOf(answer)).toBeUndefined()
		for (const Cookie of cookies)
			expect((await clientOf(server).getJson("/account", { Cookie })).status).toBe(401)
		const { id } = userRow(server, person.username)
		expect(server.database.prepare(`SELECT count(*) FROM "Session" WHERE "userId" = ?`).pluck().get(id)).toBe(
			0,
		)
		expect((await signIn(server, person)).status).toBe(401)
		expect((await signIn(server, { ...person, password: NEW })).status).toBe(200)
		await mailbox.next(person.email)
		expect(lastMailKind(server, person.email)).toBe("password_changed")
		const before = rowsOf(server)
		expectRefused(
			await postFormAndJson(server, "/reset-password", { ...link, ...chosen }),
			400,
			"link_invalid",
		)
		expectRefused(await getPageAndJson(server, pathOf(link)), 400, "link_invalid")
		expect(rowsOf(server)).toEqual(before)
	})

	it("P1: answers a program with {}", async () => {
		const answer = await clientOf(server).postJson("/reset-password", {
			...(await resetLink(await member())),
			...chosen,
		})
		expect([answer.status, answer.json, answer.cookies]).toEqual([200, {}, []])
	})

	it.runIf(config.verification.enabled)(
		"P1 H-80: proves the address, so the account is its owner's, whoever registered first",
		async () => {
			const { person } = await registerUnverified(server, mailbox)
			const rival = { ...somebody(), email: person.email }
			await register(server, rival)
			const link = await resetLink(person)
			expect((await clientOf(server).postJson("/reset-password", { ...link, ...chosen })).status).toBe(200)
			const users = server.database.prepare(`SELECT * FROM "User" WHERE "emailKey" = ?`).all(person.email)
			expect(users).toHaveLength(1)
			expect(users[0]).toMatchObject({ ownedEmailKey: person.email, unprovenUntil: null, epoch: 1 })
			for (const { username, password } of [person, rival])
				expect((await signIn(server, { username, password })).status).toBe(401)
			expect((await signIn(server, { username: person.email, password: NEW })).status).toBe(200)
		},
	)

	it("P1: a password that is weak, personal or repeated wrongly is refused at its field", async () => {
		const person = await member()
		const link = await resetLink(person)
		const before = rowsOf(server)
		const tries: [string, object][] = [
			["password", { password: "short", confirm_password: "short" }],
			[
				"password",
				{ password: `${person.username} and more`, confirm_password: `${person.username} and more` },
			],
			["confirm_password", { password: NEW, confirm_password: `${NEW}s` }],
			["confirm_password", { password: NEW }],
		]
		for (const [field, fields] of tries) {
			const refused = await postFormAndJson(server, "/reset-password", { ...link, ...fields })
			expectRefused(refused, 422, "validation_failed")
			expect(Object.keys(refused.json.json.errors)).toEqual([field])
			expect(refused.form.text).not.toContain(NEW)
			expect(inputValue(refused.form, "signature")).toBe(link.signature)
		}
		expect(rowsOf(server)).toEqual(before)
	})

	it("P1 H-34: a genuine link that is too old is told so, on the second", async () => {
		const person = await member()
		await resetLink(person)
		const user = userRow(server, person.username)
		const old = forgeLink(server.secret, user, { purpose: "reset", ageSeconds: HOUR_SECONDS + 2 })
		expectRefused(
			await postFormAndJson(server, "/reset-password", { ...old, ...chosen }),
			400,
			"link_expired",
		)
		const young = forgeLink(server.secret, user, { purpose: "reset", ageSeconds: HOUR_SECONDS - 30 })
		expect((await clientOf(server).postJson("/reset-password", { ...young, ...chosen })).status).toBe(200)
	})

	it("H-34: a newer link, a change of anything, switching off or deleting kills it, all with one text", async () => {
		const texts = new Set<string>()
		const kills: ((person: Person) => unknown)[] = [
			(person) => resetLink(person),
			(person) => change(person, "epoch = epoch + 1"),
			(person) => change(person, `"emailKey" = 'b@x.org', "email" = 'b@x.org'`),
			(person) => change(person, "active = false"),
			(person) => server.database.prepare(`DELETE FROM "User" WHERE username = ?`).run(person.username),
		]
		for (const kill of kills) {
			const person = await member()
			const link = await resetLink(person)
			await kill(person)
			const before = rowsOf(server)
			const refused = await postFormAndJson(server, "/reset-password", { ...link, ...chosen })
			expectRefused(refused, 400, "link_invalid")
			texts.add(comparable(refused.json, []).text)
			expect(rowsOf(server)).toEqual(before)
		}
		expect(texts.size).toBe(1)
	})

	it("H-35: a link of another purpose or user, cut or moved in time is refused with one text", async () => {
		const person = await member()
		const link = await resetLink(person)
		const other = await resetLink(await member())
		const user = userRow(server, person.username)
		const wrong: Record<string, string>[] = [
			{ ...link, signature: other.signature },
			{ ...link, signature: forgeLink(server.secret, user, { purpose: "verify" }).signature },
			{ ...link, signature: link.signature.slice(0, -1) },
			{ ...link, signature: `${link.signature}A` },
			{ ...link, user_id: other.user_id },
			{ ...link, timestamp: String(Number(link.timestamp) + 1) },
			{ user_id: link.user_id, timestamp: link.timestamp },
			{},
			forgeLink(server.secret, user, { purpose: "reset", ageSeconds: -90 }),
		]
		const texts = new Set<string>()
		for (const fields of wrong) {
			const refused = await postFormAndJson(server, "/reset-password", { ...fields, ...chosen })
			expectRefused(refused, 400, "link_invalid")
			texts.add(comparable(refused.json, []).text)
		}
		expect(texts.size).toBe(1)
		expect(server.output()).not.toContain(link.signature)
	})

	it("H-06: of sixteen at once, one wins, and the owner is told once", async () => {
		const person = await member()
		const cookie = await newSession(server, person)
		const link = await resetLink(person)
		const passwords = Array.from({ length: 16 }, (_, index) => `${NEW} ${index}`)
		const answers = await Promise.all(
			passwords.map((password) =>
				clientOf(server).postJson("/reset-password", { ...link, password, confirm_password: password }),
			),
		)
		const won = answers.flatMap(({ status }, index) => (status === 200 ? [index] : []))
		expect(won).toHaveLength(1)
		for (const { status, json } of answers)
			if (status !== 200) expect([status, json.code]).toEqual([400, "link_invalid"])
		expect((await signIn(server, { ...person, password: passwords[won[0] ?? 0] ?? "" })).status).toBe(200)
		expect((await clientOf(server).getJson("/account", { Cookie: cookie })).status).toBe(401)
		const notices = `SELECT count(*) FROM "OutboxMail" WHERE "to" = ? AND kind = 'password_changed'`
		expect(server.database.prepare(notices).pluck().get(person.email)).toBe(1)
	})

	it("H-51: opens the account to its owner while somebody else guesses", async () => {
		const person = await member()
		for (let count = 0; count < 10; count++) await signIn(server, { ...person, password: "not the password" })
		expect((await signIn(server, person)).status).toBe(429)
		const answer = await clientOf(server).postJson("/reset-password", {
			...(await resetLink(person)),
			...chosen,
		})
		expect(answer.status).toBe(200)
		expect((await signIn(server, { ...person, password: NEW })).status).toBe(200)
	})
})
