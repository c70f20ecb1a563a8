import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { nothing } from "../../e2e/support/shown"
import { config } from "../auth.config"
import { db, openDatabase } from "../db/client.server"
import { finishAfterAnswers } from "./after-answer.server"
import type { Caller } from "./caller"
import { clean } from "./cleaning.server"
import { on } from "./event.server"
import { signLink } from "./link.server"
import { hashPassword } from "./password/hashing.server"
import { createUser, extendRegistration, findUser, type User } from "./user/user.server"
import { type LinkHolder, verify } from "./verify.server"

const now = new Date("2026-01-01T12:00:00.000Z")
const caller: Caller = { address: "192.0.2.1", userAgent: "test", now }
const password = "correct horse battery"
const { autoLogin, periodSeconds } = config.verification
let passwordHash = ""

beforeAll(async () => {
	config.verification.enabled = true
	await openDatabase()
	const hashed = await hashPassword(password)
	if (hashed.ok) passwordHash = hashed.passwordHash
})
beforeEach(async () => {
	await db.user.deleteMany()
})
afterEach(() => {
	config.verification.autoLogin = autoLogin
})

async function registered(username: string, options: { emailVerifiedAt?: Date } = {}): Promise<User> {
	const email = `${username}@example.org`
	const profile = { username, email: { address: email, key: email } }
	const created = await createUser(profile as never, { passwordHash, mail: null, now, ...options })
	if (!created.ok) throw new Error("not registered")
	return created.user
}

/** Who has the link: the browser that registered, another one with the password, or a program with the link alone. */
const holders: Record<string, (user: User) => [LinkHolder, password?: string]> = {
	"the same browser": ({ id }) => [{ registered: id, isProgram: false, replaces: nothing }],
	"the password": () => [{ registered: null, isProgram: false, replaces: nothing }, password],
	"the link alone": () => [{ registered: null, isProgram: true, replaces: nothing }],
}

describe("verification.autoLogin", () => {
	it.each<[typeof autoLogin, Record<keyof typeof holders, boolean>]>([
		["same-browser", { "the same browser": true, "the password": true, "the link alone": false }],
		["always", { "the same browser": true, "the password": true, "the link alone": true }],
		[false, { "the same browser": false, "the password": false, "the link alone": false }],
	])("%s: a session for whom it says", async (setting, expected) => {
		config.verification.autoLogin = setting
		for (const [index, [name, holderOf]] of Object.entries(holders).entries()) {
			const user = await registered(`person${index}`)
			const [holder, given] = holderOf(user)
			const link = signLink("verify", user, now)
			const input = { ...link, password: given, intent: "confirm", sure: false } as const
			const outcome = await verify(input, holder, caller)
			expect(outcome).toMatchObject({ ok: true, user: { emailVerifiedAt: now } })
			expect([name, outcome.ok && outcome.grant !== null]).toEqual([name, expected[name]])
			expect(await db.session.count({ where: { userId: user.id } })).toBe(expected[name] ? 1 : 0)
		}
	})
})

it("E1: who confirms an address is told of as confirmed", async () => {
	const told: User[] = []
	on("user.activated", (user) => told.push(user))
	const user = await registered("ada")
	const holder = { registered: user.id, isProgram: false, replaces: nothing }
	const link = signLink("verify", user, now)
	expect((await verify({ ...link, intent: "confirm", sure: false }, holder, caller)).ok).toBe(true)
	await finishAfterAnswers()
	expect(told).toMatchObject([{ id: user.id, emailVerifiedAt: now }])
})

describe("a registration that is never proven", () => {
	const at = (seconds: number) => new Date(now.getTime() + seconds * 1000)

	it("is removed once its link has run out, and not before", async () => {
		const { id } = await registered("ada")
		expect(await clean(at(periodSeconds - 1))).toMatchObject({ registrations: 0 })
		expect(await findUser(id)).not.toBeNull()
		expect(await clean(at(periodSeconds))).toMatchObject({ registrations: 1 })
		expect(await findUser(id)).toBeNull()
	})

	it("waits longer for a link that was asked for again", async () => {
		const user = await registered("ada")
		await extendRegistration(user, at(1000), db)
		expect(await clean(at(periodSeconds + 999))).toMatchObject({ registrations: 0 })
		expect(await clean(at(periodSeconds + 1000))).toMatchObject({ registrations: 1 })
	})

	it("is all that is removed: who proved the address stays, then and later", async () => {
		const user = await registered("ada")
		const link = signLink("verify", user, now)
		const holder = { registered: user.id, isProgram: false, replaces: nothing }
		expect((await verify({ ...link, intent: "confirm", sure: false }, holder, caller)).ok).toBe(true)
		const byHand = await registered("grace", { emailVerifiedAt: now })
		expect(await clean(at(100 * periodSeconds))).toMatchObject({ registrations: 0 })
		expect(await findUser(user.id)).not.toBeNull()
		expect(await findUser(byHand.id)).not.toBeNull()
	})

	it("hundreds of them go in batches", async () => {
		const data = Array.from({ length: 1100 }, (_, index) => {
			const name = `n${index}`
			const times = { createdAt: now, updatedAt: now, unprovenUntil: now }
			return {
				id: name,
				username: name,
				usernameKey: name,
				email: name,
				emailKey: name,
				passwordHash,
				...times,
			}
		})
		await db.user.createMany({ data })
		expect(await clean(now)).toMatchObject({ registrations: 1100 })
	}, 60_000)
})
