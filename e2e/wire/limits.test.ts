import { describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import {
	AFTER_REGISTERING,
	clientOf,
	linkFields,
	type Person,
	register,
	registerVerified,
	sessionOf,
	somebody,
} from "../support/client"
import { logged } from "../support/faults"
import { serverFixture } from "../support/server-fixture"

/** A hundred at once wait for longer than is usual where hashing is slow; who waits in vain is `limits-flood.test`'s. */
const { server, mailbox } = serverFixture({}, [], { password: { maxHashWaitSeconds: 10 } })

const ACCOUNT = config.limits.wrongPasswordPerAccount
const CLIENT = config.limits.wrongPasswordPerClient

/** How often each answer was given. */
function tally(answers: { status: number }[]): Record<number, number> {
	const counts: Record<number, number> = {}
	for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1
	return counts
}

const times = <T>(count: number, make: (index: number) => T) =>
	Array.from({ length: count }, (_, index) => make(index))
const checked = () => server.logLines().filter(({ event }) => event === "login.refused").length
const wrong = (person: Person, client = clientOf(server)) =>
	client.postJson("/login", { username: person.username, password: "wrong password" })
const right = ({ username, password }: Person, client = clientOf(server)) =>
	client.postJson("/login", { username, password })

describe("wrong passwords at once", () => {
	it("H-11: many for one account, from as many addresses: as many as allowed are checked, the rest are not", async () => {
		const person = await registerVerified(server, mailbox)
		const before = checked()
		const answers = await Promise.all(times(ACCOUNT.points + 90, () => wrong(person)))
		expect(tally(answers)).toEqual({ 401: ACCOUNT.points, 429: 90 })
		await expect.poll(() => checked() - before, { timeout: 5_000 }).toBe(ACCOUNT.points)
		for (const { status, headers, cookies, json } of answers) {
			expect(cookies).toEqual([])
			if (status !== 429) continue
			expect(json.code).toBe("rate_limited")
			expect(Number(headers.get("Retry-After"))).toBeGreaterThan(ACCOUNT.durationSeconds - 100)
			expect(Number(headers.get("Retry-After"))).toBeLessThanOrEqual(ACCOUNT.durationSeconds)
			expect([headers.get("RateLimit-Limit"), headers.get("RateLimit-Remaining")]).toEqual([
				String(ACCOUNT.points),
				"0",
			])
		}
		const late = await right(person)
		expect([late.status, late.cookies]).toEqual([429, []])
		const form = await clientOf(server).postForm("/login", {
			username: person.email,
			password: person.password,
		})
		expect([form.status, form.cookies]).toEqual([429, []])
		expect(form.headers.get("Retry-After")).toMatch(/^\d+$/)
	})

	it("H-11: many from one address, for as many accounts: as many as allowed are checked, the rest are not", async () => {
		const client = clientOf(server)
		const before = checked()
		const answers = await Promise.all(times(CLIENT.points + 50, () => wrong(somebody(), client)))
		expect(tally(answers)).toEqual({ 401: CLIENT.points, 429: 50 })
		await expect.poll(() => checked() - before, { timeout: 5_000 }).toBe(CLIENT.points)
		expect((await wrong(somebody(), client)).status).toBe(429)
		expect((await wrong(somebody())).status).toBe(401)
	})

	it("H-50: right passwords use up nothing, not even a hundred at once", async () => {
		const person = await registerVerified(server, mailbox)
		const client = clientOf(server)
		const { 200: signedIn = 0, 429: limited = 0 } = tally(
			await Promise.all(times(100, () => right(person, client))),
		)
		expect(signedIn).toBeGreaterThanOrEqual(Math.min(ACCOUNT.points, 100))
		expect(signedIn + limited).toBe(100)
		expect((await right(person, client)).status).toBe(200)
		const others = await Promise.all(times(CLIENT.points, () => wrong(somebody(), client)))
		expect(tally(others)).toEqual({ 401: CLIENT.points })
	})

	it("H-50: more right ones at once than wrong ones are allowed are all let in, from one address or from many", async () => {
		const person = await registerVerified(server, mailbox)
		const from = { one: clientOf(server), many: null }
		for (const client of Object.values(from)) {
			const answers = times(3 * ACCOUNT.points, () => right(person, client ?? clientOf(server)))
			expect(tally(await Promise.all(answers))).toEqual({ 200: 3 * ACCOUNT.points })
		}
	})

	it("H-50: signing in forgets the wrong tries of that account, and of no other", async () => {
		const [one, other] = [await registerVerified(server, mailbox), await registerVerified(server, mailbox)]
		const client = clientOf(server)
		const nearly = ACCOUNT.points - 1
		for (const person of [one, other])
			expect(tally(await Promise.all(times(nearly, () => wrong(person, client))))).toEqual({ 401: nearly })
		expect(sessionOf(await right(one, client))).toBeDefined()
		expect(tally(await Promise.all(times(nearly, () => wrong(one, client))))).toEqual({ 401: nearly })
		expect(tally([await wrong(other, client), await wrong(other, client)])).toEqual({ 401: 1, 429: 1 })
		// The right one neither cost nor gave back anything.
		const left = CLIENT.points - 3 * nearly - 1
		const others = await Promise.all(times(left + 8, () => wrong(somebody(), client)))
		expect(tally(others)).toEqual({ 401: left, 429: 8 })
	})
})

describe("32 registrations at once", () => {
	const { points: perMailbox } = config.limits.mailPerMailbox
	const count = (column: "usernameKey" | "emailKey" | "ownedEmailKey", value: string) =>
		server.database.prepare(`SELECT count(*) n FROM "User" WHERE "${column}" = ?`).get(value.toLowerCase())
	/** Mails to this address, once all that were asked for are sent. */
	async function mailsTo(address: string) {
		const waiting = () =>
			server.database.prepare(`SELECT count(*) n FROM "OutboxMail" WHERE "sentAt" IS NULL`).get()
		await expect.poll(waiting, { timeout: 15_000 }).toEqual({ n: 0 })
		return mailbox.mails.filter(({ envelope }) => envelope.to.includes(address))
	}

	it.runIf(config.verification.enabled)(
		"H-05: with one e-mail address wait for it as often as it may be mailed to; one of them owns it in the end",
		async () => {
			const { email } = somebody()
			const people = times(32, () => ({ ...somebody(), email }))
			const answers = await Promise.all(people.map((person) => register(server, person)))
			expect(tally(answers)).toEqual({ 201: perMailbox, 429: 32 - perMailbox })
			for (const [index, { status, json }] of answers.entries()) {
				if (status !== 201) continue
				const user = { username: people[index]?.username, email }
				expect(json).toEqual({ user, verification: "sent", redirect_to: AFTER_REGISTERING })
			}
			expect(count("emailKey", email)).toEqual({ n: perMailbox })
			expect(count("ownedEmailKey", email)).toEqual({ n: 0 })
			const mails = await mailsTo(email)
			expect(mails.length).toBe(perMailbox)

			const { password } = somebody()
			const confirmed = await Promise.all(
				mails.map(({ links }) =>
					clientOf(server).postJson("/verify", { ...linkFields(links[0] ?? ""), password }),
				),
			)
			expect(tally(confirmed)).toEqual({ 200: 1, 400: perMailbox - 1 })
			expect(logged(server, "database.conflict")).toEqual([])
			expect(count("emailKey", email)).toEqual({ n: 1 })
			expect(count("ownedEmailKey", email)).toEqual({ n: 1 })
		},
	)

	it("H-05: with one user name, in any letter case, make one account", async () => {
		const { username } = somebody()
		const names = [username, username.toUpperCase(), username.replace("p", "P"), ` ${username}`]
		const people = times(32, (index) => ({
			...somebody(),
			username: names[index % names.length] ?? username,
		}))
		const answers = await Promise.all(people.map((person) => register(server, person)))
		expect(tally(answers)).toEqual({ 201: 1, 422: 31 })
		for (const { status, json } of answers)
			if (status === 422) expect(Object.keys(json.errors)).toEqual(["username"])
		expect(count("usernameKey", username)).toEqual({ n: 1 })
		const mails = await Promise.all(people.map(({ email }) => mailsTo(email)))
		expect(mails.flat().length).toBe(config.verification.enabled ? 1 : 0)
	})

	it.runIf(config.verification.enabled)(
		"H-05: with one address in spellings that are the same mailbox are counted as one",
		async () => {
			const { email } = somebody()
			const [local = "", domain = ""] = email.split("@")
			const spellings = [
				email,
				email.toUpperCase(),
				`${local}@${domain.toUpperCase()}`,
				`${local.toUpperCase()}@${domain}`,
			]
			const people = times(32, (index) => ({
				...somebody(),
				email: spellings[index % spellings.length] ?? email,
			}))
			const answers = await Promise.all(people.map((person) => register(server, person)))
			expect(tally(answers)).toEqual({ 201: perMailbox, 429: 32 - perMailbox })
			expect(count("emailKey", email)).toEqual({ n: perMailbox })
		},
	)
})
