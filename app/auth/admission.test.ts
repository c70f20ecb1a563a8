import { randomUUID } from "node:crypto"
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest"
import { registrationOf } from "../../e2e/support/registration.mjs"
import { nothing } from "../../e2e/support/shown"
import { config } from "../auth.config"
import { backends, hooks } from "../auth.events.server"
import { db, openDatabase } from "../db/client.server"
import { log } from "../log.server"
import { findBackend } from "./backend/backends.server"
import type { Caller } from "./caller"
import { signLink } from "./link.server"
import { login } from "./login.server"
import { hashPassword, stopHashing } from "./password/hashing.server"
import { register } from "./register.server"
import { registerSchema } from "./schema"
import { createUser, type User } from "./user/user.server"
import { verify } from "./verify.server"

const password = "correct horse battery staple"
const names = backends.map(({ name }) => name)
const registrant = { registered: null, redirectTo: null, replaces: nothing }
let clients = 0
let user: User

/** Each from an address of its own, so that limits can stay on. */
function caller(): Caller {
	return { address: `192.0.2.${++clients}`, userAgent: "hooked", now: new Date() }
}

beforeAll(async () => {
	config.verification.enabled = true
	config.registration.signIn = false
	await openDatabase()
	user = await somebody({ verified: true })
})
afterAll(stopHashing)
afterEach(() => {
	for (const list of Object.values(hooks)) list.length = 0
	vi.restoreAllMocks()
})

async function somebody({ verified }: { verified: boolean }): Promise<User> {
	const hashed = await hashPassword(password, caller())
	if (!hashed.ok) throw new Error(hashed.code)
	const { password: _, confirm_password: __, ...profile } = registration()
	const { passwordHash } = hashed
	const now = new Date()
	const emailVerifiedAt = verified ? { emailVerifiedAt: now } : {}
	const created = await createUser(profile, { passwordHash, mail: null, now, ...emailVerifiedAt })
	if (!created.ok) throw new Error(created.code)
	return created.user
}

function registration() {
	const username = `u${randomUUID().slice(0, 8)}`
	const email = `${username}@example.org`
	return registerSchema.parse(registrationOf({ username, email, password }))
}

function signIn(changes: { username?: string; password?: string } = {}, by = "cookie", as = caller()) {
	const backend = findBackend(by)
	if (!backend) throw new Error(by)
	const input = { username: user.username, password, remember: false, ...changes }
	return login(input, { backend, replaces: nothing }, as)
}

/** What a sign-in leaves behind. */
async function traces({ id } = user) {
	const { lastSignedInAt } = await db.user.findUniqueOrThrow({ where: { id } })
	return { lastSignedInAt, sessions: await db.session.count({ where: { userId: id } }) }
}

const refused = (sentence: string | null) => ({ ok: false, code: "hook_refused", sentence })

describe("S5: hooks", () => {
	it("S5: are called in order, sync and async, with what was typed or the user, and the caller", async () => {
		const calls: unknown[][] = []
		hooks.preLogin.push(
			async (...told) => {
				await new Promise((resolve) => setTimeout(resolve, 20))
				calls.push(["pre 1", ...told])
			},
			(...told) => {
				calls.push(["pre 2", ...told])
			},
		)
		hooks.loginSuccess.push(({ id }, told) => {
			calls.push(["success", id, told])
		})
		hooks.loginFailure.push((...told) => {
			calls.push(["failure", ...told])
		})
		const [first, second] = [caller(), caller()]
		const typed = ` ${user.email.toUpperCase()}`
		expect(await signIn({ username: typed }, "cookie", first)).toMatchObject({ ok: true })
		expect(await signIn({ password: "wrong password" }, "cookie", second)).toMatchObject({
			code: "credentials_invalid",
		})
		expect(calls).toEqual([
			["pre 1", typed, first],
			["pre 2", typed, first],
			["success", user.id, first],
			["pre 1", user.username, second],
			["pre 2", user.username, second],
			["failure", user.username, second],
		])
	})

	describe.each(names)("at /login/%s", (by) => {
		it.each(["preLogin", "loginSuccess"] as const)(
			"S5: %s refuses by a sentence: no session, no trace",
			async (name) => {
				const before = await traces()
				const later = vi.fn()
				hooks[name].push(async () => "Not on Sundays.", later)
				expect(await signIn({}, by)).toEqual(refused("Not on Sundays."))
				expect(await traces()).toEqual(before)
				expect(later).not.toHaveBeenCalled()
			},
		)

		it.each(["preLogin", "loginSuccess"] as const)(
			"S5: %s that throws is logged, and refuses",
			async (name) => {
				const before = await traces()
				const logged = vi.spyOn(log, "error")
				for (const hook of [
					() => {
						throw new Error("broken")
					},
					() => Promise.reject(new Error("broken")),
				]) {
					hooks[name].splice(0, 1, hook)
					expect(await signIn({}, by)).toEqual(refused(null))
				}
				expect(logged).toHaveBeenCalledTimes(2)
				expect(logged.mock.calls[0]?.[0]).toMatchObject({ event: "hook.failed", hook: name })
				expect(await traces()).toEqual(before)
			},
		)
	})

	it("S5: success hooks run before there is a session", async () => {
		const before = await traces()
		const seen: unknown[] = []
		hooks.loginSuccess.push(async () => {
			seen.push(await traces())
			return undefined
		})
		expect(await signIn()).toMatchObject({ ok: true })
		expect(seen).toEqual([before])
		expect(await traces()).toMatchObject({ sessions: before.sessions + 1 })
	})

	it("S5: a failure hook's sentence is told instead; known, unknown and inactive are one", async () => {
		hooks.loginFailure.push((username) => (username === user.username ? undefined : "Ask the office."))
		const inactive = await somebody({ verified: true })
		await db.user.update({ where: { id: inactive.id }, data: { active: false } })
		expect(await signIn({ password: "wrong password" })).toMatchObject({ code: "credentials_invalid" })
		expect(await signIn({ username: "nobody-here" })).toEqual(refused("Ask the office."))
		expect(await signIn({ username: inactive.username })).toEqual(refused("Ask the office."))
	})

	it("S5: a veto before the password costs no hash, and one after it tells nothing of a wrong one", async () => {
		hooks.loginSuccess.push(() => "Not you.")
		expect(await signIn({ password: "wrong password" })).toMatchObject({ code: "credentials_invalid" })
		hooks.preLogin.push(() => "Nobody.")
		expect(await signIn({ password: "wrong password" })).toEqual(refused("Nobody."))
	})

	it("H-86: an account that is ended while a hook runs gets no session", async () => {
		for (const by of names) {
			const ended = await somebody({ verified: true })
			hooks.loginSuccess.splice(0, 1, async ({ id }) => {
				await db.user.update({ where: { id }, data: { active: false, epoch: { increment: 1 } } })
				return undefined
			})
			expect(await signIn({ username: ended.username }, by)).toEqual({
				ok: false,
				code: "credentials_invalid",
			})
			expect(await traces(ended)).toEqual({ lastSignedInAt: null, sessions: 0 })
		}
	})
})

describe("S5: signing in without the form passes the same hooks", () => {
	it("after verifying: the address is confirmed, but nobody is signed in", async () => {
		hooks.loginSuccess.push(() => "Not yet.")
		const unverified = await somebody({ verified: false })
		const holder = { registered: unverified.id, isProgram: false, replaces: nothing }
		const link = signLink("verify", unverified, new Date())
		const outcome = await verify({ ...link, intent: "confirm", sure: false }, holder, caller())
		expect(outcome).toMatchObject({ ok: true, grant: null })
		expect(await traces(unverified)).toEqual({ lastSignedInAt: null, sessions: 0 })
		expect((await db.user.findUniqueOrThrow({ where: { id: unverified.id } })).emailVerifiedAt).not.toBeNull()
	})

	it("R12: after registering, with registration.signIn", async () => {
		config.verification.enabled = false
		config.registration.signIn = true
		try {
			const welcome = await register(registration(), registrant, caller())
			expect(welcome).toMatchObject({ ok: true, grant: { kind: "cookie" } })
			hooks.loginSuccess.push(() => "Not yet.")
			const vetoed = await register(registration(), registrant, caller())
			expect(vetoed).toMatchObject({ ok: true, grant: null })
			if (vetoed.ok) expect(await traces(vetoed.user)).toEqual({ lastSignedInAt: null, sessions: 0 })
		} finally {
			config.verification.enabled = true
			config.registration.signIn = false
		}
	})
})
