import { describe, expect, it } from "vitest"
import { expectProblem, expectRefused, getPageAndJson, postFormAndJson } from "../support/answers"
import {
	clientOf,
	type LinkFields,
	linkFields,
	newSession,
	type Person,
	registerVerified,
	sessionOf,
	signIn,
	somebody,
} from "../support/client"
import { forgeLink } from "../support/forge"
import { lastMailKind, rowsOf, userRow } from "../support/rows"
import { serverFixture } from "../support/server-fixture"

const { server, mailbox } = serverFixture()
const DAY_SECONDS = 24 * 60 * 60

async function member(): Promise<{ person: Person; Cookie: string }> {
	const person = await registerVerified(server, mailbox)
	return { person, Cookie: await newSession(server, person) }
}

const ask = (email: string, person: Person, Cookie: string) =>
	clientOf(server).postJson("/account/email", { email, current_password: person.password }, { Cookie })
const confirm = (link: LinkFields, headers = {}) =>
	clientOf(server).postJson("/account/email/confirm", link, headers)

async function linkTo(email: string, person: Person, Cookie: string): Promise<LinkFields> {
	expect((await ask(email, person, Cookie)).status).toBe(202)
	return linkFields((await mailbox.next(email)).links[0] ?? "")
}

describe("U5: /account/email", () => {
	it("U5: changes nothing until the link is used, shows what waits, and tells the old address twice", async () => {
		const { person, Cookie } = await member()
		const other = await newSession(server, person)
		const { email } = somebody()
		const before = userRow(server, person.username)
		const asked = await clientOf(server).postForm(
			"/account/email",
			{ email, current_password: person.password },
			{ Cookie },
		)
		expect([asked.status, asked.headers.get("Location")]).toEqual([303, "/account"])
		await mailbox.next(person.email)
		expect(lastMailKind(server, person.email)).toBe("email_change_requested")
		expect(userRow(server, person.username)).toMatchObject({ email: before.email, epoch: before.epoch })
		const waiting = await clientOf(server).getJson("/account/email", { Cookie })
		expect(waiting.json).toMatchObject({ email: person.email, pending: { email } })

		const link = linkFields((await mailbox.next(email)).links[0] ?? "")
		const { form, json } = await getPageAndJson(server, `/account/email/confirm?${new URLSearchParams(link)}`)
		expect([form.status, json.status]).toEqual([200, 200])
		expect(userRow(server, person.username).email).toBe(person.email)

		const done = await clientOf(server).postForm("/account/email/confirm", link, { Cookie })
		expect([done.status, done.headers.get("Location")]).toEqual([303, "/account"])
		const row = userRow(server, person.username)
		expect(row).toMatchObject({
			email,
			emailKey: email,
			ownedEmailKey: email,
			pendingEmailKey: null,
			epoch: 1,
		})
		await mailbox.next(person.email)
		expect(lastMailKind(server, person.email)).toBe("email_changed")
		const renewed = sessionOf(done) ?? ""
		expect((await clientOf(server).getJson("/account", { Cookie: renewed })).json.user.email).toBe(email)
		for (const ended of [Cookie, other])
			expectProblem(await clientOf(server).getJson("/account", { Cookie: ended }), 401, "unauthenticated")
		expectRefused(await postFormAndJson(server, "/account/email/confirm", link), 400, "link_invalid")
		expect((await signIn(server, { ...person, username: email })).status).toBe(200)
	})

	it("U5: a change that waits is called off, by form and JSON, and its link works no more", async () => {
		const { person, Cookie } = await member()
		const { email } = somebody()
		const waitingIn = async (path: string) =>
			(await clientOf(server).get(path, { Cookie, Accept: "text/html" })).text.includes(email)
		const link = await linkTo(email, person, Cookie)
		expect([await waitingIn("/account"), await waitingIn("/account/email")]).toEqual([true, true])

		const cancel = "/account/email/cancel"
		expectProblem(await clientOf(server).postJson(cancel, {}), 401, "unauthenticated")
		const done = await clientOf(server).postForm(cancel, {}, { Cookie })
		expect([done.status, done.headers.get("Location")]).toEqual([303, "/account"])
		expect([await waitingIn("/account"), await waitingIn("/account/email")]).toEqual([false, false])
		expectProblem(await confirm(link), 400, "link_invalid")

		const again = await linkTo(email, person, Cookie)
		expect((await clientOf(server).postJson(cancel, {}, { Cookie })).status).toBe(204)
		expect((await clientOf(server).postJson(cancel, {}, { Cookie })).status).toBe(204)
		expectProblem(await confirm(again), 400, "link_invalid")
		expect(userRow(server, person.username)).toMatchObject({ email: person.email, pendingEmail: null })
	})

	it("U5: who is signed in no more comes back to a page, and what cannot be read gets one", async () => {
		const cancel = "/account/email/cancel"
		const { Cookie } = await member()
		const nobody = await clientOf(server).postForm(cancel, {})
		expect([nobody.status, nobody.headers.get("Location")]).toEqual([303, "/login"])
		const fields = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`f${index}`, "x"]))
		const refused = await clientOf(server).postForm(cancel, fields, { Cookie, Accept: "text/html" })
		expect([refused.status, refused.headers.get("Content-Type")]).toEqual([400, "text/html; charset=utf-8"])
	})

	it("U5: is confirmed without a session too, and answers a program with the user", async () => {
		const { person, Cookie } = await member()
		const { email } = somebody()
		const answer = await confirm(await linkTo(email, person, Cookie))
		expect([answer.status, answer.json.user.email, answer.cookies]).toEqual([200, email, []])
		expectProblem(await clientOf(server).getJson("/account", { Cookie }), 401, "unauthenticated")
	})

	it("H-100: whoever presses every button in another browser confirms nothing; a tick and a press do", async () => {
		const { person, Cookie } = await member()
		const { email } = somebody()
		const link = await linkTo(email, person, Cookie)
		const path = `/account/email/confirm?${new URLSearchParams(link)}`
		const stranger = await member()
		const own = await clientOf(server).get(path, { Accept: "text/html", Cookie })
		expect(own.text).not.toContain('name="sure"')
		for (const cookies of [[], [stranger.Cookie]]) {
			const headers = Object.fromEntries(cookies.map((cookie) => ["Cookie", cookie]))
			const page = await clientOf(server).get(path, { Accept: "text/html", ...headers })
			expect(page.text).toContain(person.username)
			const form = new URL(server.url + path).searchParams
			for (const [, name, value] of page.text.matchAll(/type="hidden" name="(\w+)" value="([^"]*)"/g))
				form.set(name ?? "", value ?? "")
			expect(form.get("intent")).toBe("confirm_elsewhere")
			const fields = Object.fromEntries(form)
			const unsure = await postFormAndJson(server, "/account/email/confirm", fields, headers)
			expectRefused(unsure, 422, "validation_failed")
			expect(Object.keys(unsure.json.json.errors)).toEqual(["sure"])
			expect(userRow(server, person.username).email).toBe(person.email)
		}
		const sure = { ...link, intent: "confirm_elsewhere", sure: "on" }
		const done = await clientOf(server).postForm("/account/email/confirm", sure)
		expect([done.status, done.headers.get("Location")]).toEqual([303, "/account"])
		expect(userRow(server, person.username).email).toBe(email)
	})

	it("U5: refuses a wrong password and what is no address, and is for who is signed in", async () => {
		const { person, Cookie } = await member()
		const before = rowsOf(server)
		const good = { email: somebody().email, current_password: person.password }
		for (const [field, fields] of [
			["current_password", { ...good, current_password: "not the password" }],
			["email", { ...good, email: "nobody" }],
		] as const) {
			const refused = await postFormAndJson(server, "/account/email", fields, { Cookie })
			expectRefused(refused, 422, "validation_failed")
			expect(Object.keys(refused.json.json.errors)).toEqual([field])
		}
		expectProblem(await clientOf(server).postJson("/account/email", good), 401, "unauthenticated")
		expect(rowsOf(server)).toEqual(before)
	})

	it("U5 H-38: a taken address gets the same answer, and its owner a mail without a link to take it", async () => {
		const { person, Cookie } = await member()
		const owner = await registerVerified(server, mailbox)
		const free = await ask(somebody().email, person, Cookie)
		const taken = await ask(owner.email, person, Cookie)
		expect([taken.status, taken.text, taken.cookies]).toEqual([free.status, free.text, free.cookies])
		const mail = await mailbox.next(owner.email)
		expect(mail.text).not.toMatch(/signature=/)
		expect(mail.text).not.toContain(person.username)
		const forged = forgeLink(server.secret, userRow(server, person.username), { purpose: "email_change" })
		expectProblem(await confirm(forged), 400, "link_invalid")
		expect(userRow(server, owner.username).email).toBe(owner.email)
	})

	it("U5 H-34: a link works for a day, and not for another purpose", async () => {
		const { person, Cookie } = await member()
		await linkTo(somebody().email, person, Cookie)
		const user = userRow(server, person.username)
		const old = forgeLink(server.secret, user, { purpose: "email_change", ageSeconds: DAY_SECONDS + 2 })
		expectProblem(await confirm(old), 400, "link_expired")
		expectProblem(await confirm(forgeLink(server.secret, user, { purpose: "verify" })), 400, "link_invalid")
	})

	it("H-08: a link to B never confirms C, and one for B is dead once C was asked for", async () => {
		const { person, Cookie } = await member()
		const [b, c] = [somebody().email, somebody().email]
		const toB = await linkTo(b, person, Cookie)
		const toC = await linkTo(c, person, Cookie)
		const answers = await Promise.all([confirm(toB), confirm(toC), confirm(toB), confirm(toC)])
		expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400])
		expect(userRow(server, person.username).email).toBe(c)
	})

	it("H-08: of two who want one address, one owns it, and the other is told that the link doesn't work", async () => {
		const [one, two] = [await member(), await member()]
		const { email } = somebody()
		const links = [await linkTo(email, one.person, one.Cookie), await linkTo(email, two.person, two.Cookie)]
		const answers = await Promise.all(links.map((link) => confirm(link)))
		expect(answers.map(({ status }) => status).sort()).toEqual([200, 400])
		expect(
			server.database.prepare(`SELECT count(*) FROM "User" WHERE "ownedEmailKey" = ?`).pluck().get(email),
		).toBe(1)
	})
})
