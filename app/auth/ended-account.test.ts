import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest"
import { nothing } from "../../e2e/support/shown"
import { db, execute, openDatabase, sql } from "../db/client.server"
import { pageBackend } from "./backend/backends.server"
import type { Caller } from "./caller"
import { login } from "./login.server"
import { hashPassword } from "./password/hashing.server"
import { adapter, extendSession } from "./session/lucia-adapter.server"
import { findSession } from "./session/session.server"
import { createUser, type User } from "./user/user.server"

const now = new Date()
const caller: Caller = { address: "192.0.2.1", userAgent: "test", now }
const password = "correct horse battery"
let user: User

beforeAll(openDatabase)
beforeEach(async () => {
	await db.user.deleteMany()
	const hashed = await hashPassword(password)
	if (!hashed.ok) throw new Error("no hash")
	const profile = { username: "ada", email: { address: "ada@example.org", key: "ada@example.org" } }
	const { passwordHash } = hashed
	const created = await createUser(profile as never, { passwordHash, mail: null, emailVerifiedAt: now, now })
	if (!created.ok) throw new Error("no user")
	user = created.user
})

const signIn = () =>
	login({ username: "ada", password, remember: false }, { backend: pageBackend(), replaces: nothing }, caller)

describe("H-86: an account that is ended during its own sign-in", () => {
	it.each([
		["deleted", () => db.user.delete({ where: { id: user.id } })],
		["deactivated", () => db.user.update({ where: { id: user.id }, data: { active: false } })],
		["reset", () => db.user.update({ where: { id: user.id }, data: { epoch: { increment: 1 } } })],
	])("H-86: gets no session when it was %s after its password was checked", async (_, end) => {
		const setSession = adapter.setSession.bind(adapter)
		const spy = vi.spyOn(adapter, "setSession").mockImplementationOnce(async (session) => {
			await end()
			await setSession(session)
		})
		expect(await signIn()).toEqual({ ok: false, code: "credentials_invalid" })
		expect(spy).toHaveBeenCalledOnce()
		spy.mockRestore()
		expect(await db.session.count()).toBe(0)
	})

	it("H-86: gets one when nothing happened", async () => {
		expect(await signIn()).toMatchObject({ ok: true, user: { id: user.id } })
		expect(await db.session.count()).toBe(1)
	})
})

describe("a session", () => {
	it("is told from its user, whose columns are called alike", async () => {
		await db.user.update({ where: { id: user.id }, data: { createdAt: new Date("2026-01-01T12:00:00Z") } })
		const started = await signIn()
		const found = started.ok ? await findSession(started.grant.token, "cookie") : null
		expect(found?.user).toEqual(await db.user.findUnique({ where: { id: user.id } }))
		const { id, backend, expiresAt } = await db.session.findFirstOrThrow()
		expect(found?.session).toMatchObject({ id, backend, expiresAt })
	})

	it("goes on when the database cannot extend it, but hides no mistake of ours", async () => {
		const started = await signIn()
		if (!started.ok) throw new Error("not signed in")
		await db.session.updateMany({ data: { expiresAt: new Date(Date.now() + 60_000) } })
		await execute(sql`PRAGMA query_only = 1`)
		const during = await findSession(started.grant.token, "cookie").finally(() =>
			execute(sql`PRAGMA query_only = 0`),
		)
		expect(during?.user.id).toBe(user.id)

		await execute(sql`ALTER TABLE "Session" RENAME COLUMN "lastSeenAt" TO "seen"`)
		const broken = extendSession("any", new Date())
		await expect(broken).rejects.toThrow("no such column: lastSeenAt")
		await execute(sql`ALTER TABLE "Session" RENAME COLUMN "seen" TO "lastSeenAt"`)
	})
})
