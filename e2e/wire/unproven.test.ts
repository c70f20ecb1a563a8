import { describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import { expectProblem, expectRefused, postFormAndJson, textOf } from "../support/answers"
import {
	clientOf,
	type LinkFields,
	linkFields,
	longEnough,
	type Person,
	register,
	registerUnverified,
	registerVerified,
	registrationCookieOf,
	registrationOf,
	sessionOf,
	signIn,
	somebody,
} from "../support/client"
import { logged } from "../support/faults"
import { rowsOf, userRow } from "../support/rows"
import { serverFixture } from "../support/server-fixture"

const { server, mailbox } = serverFixture()

const STRANGERS_PASSWORD = longEnough("a stranger's password")

type Registration = { person: Person; link: LinkFields; cookie: string }

/** A stranger registers an address first, then its owner does. The owner gets both links. */
async function twoRegistrations(): Promise<{ stranger: Registration; owner: Registration }> {
	const owner = somebody()
	const first = await registerUnverified(server, mailbox, {
		...somebody(),
		email: owner.email,
		password: STRANGERS_PASSWORD,
	})
	return { stranger: first, owner: await registerUnverified(server, mailbox, owner) }
}

function waitingFor(email: string): unknown[] {
	return server.database
		.prepare(`SELECT username, "ownedEmailKey" FROM "User" WHERE "emailKey" = ?`)
		.all(email)
}

/** The account is the owner's alone. */
async function expectOwnedBy({ person }: Registration, { person: other }: Registration): Promise<void> {
	const { username, email, password } = person
	expect(waitingFor(email)).toEqual([{ username, ownedEmailKey: email }])
	expect((await signIn(server, { username: email, password })).json.user.username).toBe(username)
	for (const name of [email, username, other.username]) {
		const refused = await signIn(server, { username: name, password: other.password })
		expect([refused.status, refused.json.code, refused.cookies]).toEqual([401, "credentials_invalid", []])
	}
}

describe.runIf(config.verification.enabled)("V9, H-80: a stranger registered the address first", () => {
	it("H-80: by my own link, in my browser, the account is mine alone", async () => {
		const { stranger, owner } = await twoRegistrations()
		const answer = await clientOf(server).postForm("/verify", owner.link, { Cookie: owner.cookie })
		expect(answer.status).toBe(303)
		expect(sessionOf(answer)).toBeDefined()
		await expectOwnedBy(owner, stranger)
	})

	it("H-80: by my own link and password, in another browser, too, and I am signed in", async () => {
		const { stranger, owner } = await twoRegistrations()
		const { password } = owner.person
		const answer = await clientOf(server).postForm("/verify?redirect_to=/account", {
			...owner.link,
			password,
		})
		expect([answer.status, answer.headers.get("Location")]).toEqual([303, "/account"])
		const account = await clientOf(server).getJson("/account", { Cookie: sessionOf(answer) ?? "" })
		expect(account.json.user.username).toBe(owner.person.username)
		await expectOwnedBy(owner, stranger)
	})

	it("H-80: the stranger's link takes neither my password nor none, nor my browser's cookie", async () => {
		const { stranger, owner } = await twoRegistrations()
		const before = rowsOf(server)
		const { password } = owner.person
		const withMine = await postFormAndJson(server, "/verify", { ...stranger.link, password })
		expectProblem(withMine.json, 401, "credentials_invalid")
		expect([withMine.form.status, withMine.form.cookies]).toEqual([401, []])
		expect(textOf(withMine.form)).toContain("That isn't the password of this account.")
		const without = await postFormAndJson(server, "/verify", stranger.link, { Cookie: owner.cookie })
		expectRefused(without, 422, "validation_failed")
		expect(Object.keys(without.json.json.errors)).toEqual(["password"])
		const empty = await postFormAndJson(server, "/verify", { ...stranger.link, password: "" })
		expectRefused(empty, 422, "validation_failed")
		expect(rowsOf(server)).toEqual(before)
		// Trying cost nothing but tries: my own link still works.
		expect((await clientOf(server).postJson("/verify", { ...owner.link, password })).status).toBe(200)
		await expectOwnedBy(owner, stranger)
	})

	it("H-80: of several that wait, a program has to name one by its password", async () => {
		const { stranger, owner } = await twoRegistrations()
		const client = clientOf(server)
		const opened = await client.getJson(`/verify?${new URLSearchParams(owner.link)}`)
		expect([opened.status, opened.json.needs_password]).toEqual([200, true])
		const bare = await client.postJson("/verify", owner.link)
		expectProblem(bare, 422, "validation_failed")
		expect(Object.keys(bare.json.errors)).toEqual(["password"])
		const { password } = owner.person
		expect((await client.postJson("/verify", { ...owner.link, password })).status).toBe(200)
		await expectOwnedBy(owner, stranger)
	})

	it("H-80: a program alone with the link needs no password, and gets no session", async () => {
		const { person, link } = await registerUnverified(server, mailbox)
		const answer = await clientOf(server).postJson("/verify", link)
		expect([answer.status, answer.json.user.username, answer.cookies]).toEqual([200, person.username, []])
	})

	it("H-80: of both links at once, one wins, and the other account is gone", async () => {
		for (let round = 0; round < 5; round++) {
			const { stranger, owner } = await twoRegistrations()
			const answers = await Promise.all(
				[stranger, owner].map(({ person, link }) =>
					clientOf(server).postJson("/verify", { ...link, password: person.password }),
				),
			)
			expect(answers.map(({ status }) => status).sort()).toEqual([200, 400])
			expect(answers.find(({ status }) => status === 400)?.json.code).toBe("link_invalid")
			const [winner, loser] = answers[0]?.status === 200 ? [stranger, owner] : [owner, stranger]
			await expectOwnedBy(winner, loser)
		}
		expect(logged(server, "database.conflict")).toEqual([])
	})

	it("H-80: guessing the password at a link is limited as at sign-in", async () => {
		const { person, link } = await registerUnverified(server, mailbox)
		for (let count = 0; count < config.limits.wrongPasswordPerAccount.points; count++) {
			const wrong = await clientOf(server).postForm("/verify", { ...link, password: "a wrong password" })
			expect(wrong.status).toBe(401)
		}
		const { password } = person
		expectRefused(await postFormAndJson(server, "/verify", { ...link, password }), 429, "rate_limited")
		expect((await signIn(server, person)).status).toBe(429)
	})
})

describe.runIf(config.verification.enabled)("H-80: This wasn't me", () => {
	it("H-80: asks for a tick, and without one removes nothing", async () => {
		const { link } = await registerUnverified(server, mailbox)
		const before = rowsOf(server)
		for (const unsure of [{ sure: "off" }, { sure: "" }]) {
			const refused = await postFormAndJson(server, "/verify", { ...link, intent: "not_me", ...unsure })
			expectRefused(refused, 422, "validation_failed")
			expect(Object.keys(refused.json.json.errors)).toEqual(["sure"])
			expect(refused.form.text).toContain('id="not-me-sure-error"')
		}
		expect(rowsOf(server)).toEqual(before)
	})

	it("H-80: removes the registration by a form, and says so", async () => {
		const { person, link } = await registerUnverified(server, mailbox)
		const answer = await clientOf(server).postForm("/verify", { ...link, intent: "not_me", sure: "on" })
		expect([answer.status, answer.headers.get("Location")]).toEqual([303, "/"])
		const notice = answer.cookies.find((cookie) => cookie.startsWith("notice="))?.split(";")[0] ?? ""
		const page = await clientOf(server).get("/", { Accept: "text/html", Cookie: notice })
		expect(textOf(page)).toContain("The account was removed.")
		expect(userRow(server, person.username)).toBeUndefined()
		expect((await signIn(server, person)).status).toBe(401)
		expectRefused(await postFormAndJson(server, "/verify", link), 400, "link_invalid")
	})

	it("H-80: removes the stranger's registration by JSON, and leaves mine", async () => {
		const { stranger, owner } = await twoRegistrations()
		const answer = await clientOf(server).postJson("/verify", {
			...stranger.link,
			intent: "not_me",
			sure: true,
		})
		expect([answer.status, answer.text, answer.cookies]).toEqual([204, "", []])
		const { username, email } = owner.person
		expect(waitingFor(email)).toEqual([{ username, ownedEmailKey: null }])
		expect((await clientOf(server).postJson("/verify", owner.link)).status).toBe(200)
		await expectOwnedBy(owner, stranger)
	})

	it("H-80: removes no account whose address was ever proven", async () => {
		const { person, link } = await registerUnverified(server, mailbox)
		await clientOf(server).postJson("/verify", link)
		const sure = { ...link, intent: "not_me", sure: "on" }
		expectRefused(await postFormAndJson(server, "/verify", sure), 400, "link_invalid")
		// An account of old, or whose address was changed by hand, is none of the registrations that run out.
		const changed = await registerUnverified(server, mailbox)
		server.database
			.prepare(`UPDATE "User" SET "unprovenUntil" = NULL WHERE username = ?`)
			.run(changed.person.username)
		const disowned = await postFormAndJson(server, "/verify", {
			...changed.link,
			intent: "not_me",
			sure: "on",
		})
		expectRefused(disowned, 400, "link_invalid")
		for (const { username } of [person, changed.person]) expect(userRow(server, username)).toBeDefined()
	})
})

describe.runIf(config.verification.enabled)("H-80: the cookie that marks the browser", () => {
	it("H-80: is HttpOnly, and set by form and JSON alike, whosever the address is", async () => {
		const owner = await registerVerified(server, mailbox)
		const shape = /^registration=[0-9a-f-]{36}\.[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+$/
		for (const email of [owner.email, somebody().email]) {
			const answer = await register(server, { ...somebody(), email })
			expect(answer.cookies).toEqual([expect.stringMatching(shape)])
		}
		const refused = await register(server, { ...somebody(), username: owner.username })
		expect([refused.status, refused.cookies]).toEqual([422, []])
	})

	it("H-80: counts for the registration that it was given for, and only as it was given", async () => {
		const { link, cookie } = await registerUnverified(server, mailbox)
		const other = await registerUnverified(server, mailbox)
		const [id = "", signature = ""] = cookie.slice("registration=".length).split(".")
		const [otherId = "", otherSignature = ""] = other.cookie.slice("registration=".length).split(".")
		const worthless = [
			other.cookie,
			`registration=${id}`,
			`registration=${id}.`,
			`registration=${id}.${"A".repeat(43)}`,
			`registration=${id}.${otherSignature}`,
			`registration=${otherId}.${signature}`,
			// A link's signature is for another purpose.
			`registration=${id}.${link.signature}`,
			`Registration=${id}.${signature}`,
			`__Host-registration=${id}.${signature}`,
			`registration=${id.toUpperCase()}.${signature}`,
			`registration=${id}.${signature}A`,
			`registration=x; registration=${id}.${signature}`,
		]
		const before = rowsOf(server)
		for (const value of worthless) {
			const answer = await clientOf(server).postForm("/verify", link, { Cookie: value })
			expect([value, answer.status, sessionOf(answer)]).toEqual([value, 422, undefined])
		}
		expect(rowsOf(server)).toEqual(before)
		expect((await clientOf(server).postForm("/verify", link, { Cookie: cookie })).status).toBe(303)
	})

	it("H-80: leads a new link to the registration of this browser", async () => {
		const { stranger, owner } = await twoRegistrations()
		const { email } = owner.person
		for (const { cookie, link } of [stranger, owner]) {
			await clientOf(server).postJson("/verify/resend", { email }, { Cookie: cookie })
			expect(linkFields((await mailbox.next(email)).links[0] ?? "").user_id).toBe(link.user_id)
		}
	})

	it("H-80: is the last registration's, where one browser made several", async () => {
		const first = await registerUnverified(server, mailbox)
		const answer = await clientOf(server).postForm("/register", registrationOf(somebody()), {
			Cookie: first.cookie,
		})
		expect(registrationCookieOf(answer)).not.toBe(first.cookie)
	})
})
