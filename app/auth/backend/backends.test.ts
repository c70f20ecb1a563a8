import { randomBytes, randomUUID } from "node:crypto"
import { beforeAll, describe, expect, it } from "vitest"
import { nothing } from "../../../e2e/support/shown"
import { backends } from "../../auth.events.server"
import { db, openDatabase } from "../../db/client.server"
import { parseMailAddress } from "../../mail/address.server"
import type { Caller } from "../caller"
import { createUser, findUser, type Profile, type User } from "../user/user.server"
import type { Backend, Grant, Shown } from "./backend"
import { authenticate, checkBackends, signOut } from "./backends.server"
import { bearer } from "./bearer.server"
import { cookie } from "./cookie.server"
import { jwt } from "./jwt.server"

const caller: Caller = { address: "192.0.2.1", userAgent: "test", now: new Date() }

/** Of a fork's own: a key that goes in a header. */
function apiKey(): Backend {
	const keys = new Map<string, { userId: string; epoch: number }>()
	const expiresAt = new Date("2099-01-01T00:00:00Z")
	return {
		name: "api-key",
		async signIn({ id, epoch }) {
			const token = randomBytes(32).toString("hex")
			keys.set(token, { userId: id, epoch })
			return { kind: "token", token, expiresAt, expiresInSeconds: 1 }
		},
		async authenticate({ header }) {
			const key = keys.get(header("X-Api-Key") ?? "")
			const user = key && (await findUser(key.userId))
			if (!user?.active || user.epoch !== key?.epoch) return null
			return { user, session: { id: null, expiresAt, absoluteExpiresAt: expiresAt, backend: "api-key" } }
		},
		async signOut({ header }) {
			keys.delete(header("X-Api-Key") ?? "")
		},
	}
}

/** How a request shows what each hands out, and whether it can be ended. */
const kinds: { backend: Backend; show: (token: string) => Partial<Shown>; isStateless?: true }[] = [
	{ backend: cookie(), show: (token) => ({ cookie: token }) },
	{ backend: bearer(), show: (token) => ({ bearer: token }) },
	{
		backend: jwt({ lifetimeSeconds: 900, audience: "test" }),
		show: (token) => ({ bearer: token }),
		isStateless: true,
	},
	{ backend: apiKey(), show: (token) => ({ header: (name) => (name === "X-Api-Key" ? token : null) }) },
]

beforeAll(openDatabase)

async function somebody(): Promise<User> {
	const username = `u${randomUUID().slice(0, 8)}`
	const email = parseMailAddress(`${username}@example.org`)
	if (!email) throw new Error("no address")
	const now = new Date()
	const created = await createUser({ username, email } as Profile, {
		passwordHash: "-",
		mail: null,
		emailVerifiedAt: now,
		now,
	})
	if (!created.ok) throw new Error(created.code)
	return created.user
}

describe.each(kinds)("B1 to B5: the back end $backend.name", ({ backend, show, isStateless }) => {
	const options = { remember: false, replaces: nothing }

	async function signedIn() {
		const user = await somebody()
		const grant = (await backend.signIn(user, options, caller)) as Grant
		const shown: Shown = { ...nothing, ...show(grant.token) }
		return { user, grant, shown, find: () => backend.authenticate(shown, caller) }
	}

	it("knows again whom it signed in, and nobody else", async () => {
		const { user, grant, find } = await signedIn()
		const found = await find()
		expect(found?.user.id).toBe(user.id)
		expect(found?.session.backend).toBe(backend.name)
		expect(found?.session.expiresAt.getTime()).toBeGreaterThan(Date.now())
		expect(await backend.authenticate(nothing, caller)).toBeNull()
		for (const wrong of ["", "x", `${grant.token}x`, grant.token.slice(0, -1), grant.token.toUpperCase()])
			expect(await backend.authenticate({ ...nothing, ...show(wrong) }, caller), wrong).toBeNull()
	})

	it("hands out something else each time", async () => {
		const user = await somebody()
		const first = await backend.signIn(user, options, caller)
		expect((await backend.signIn(user, options, caller))?.token).not.toBe(first?.token)
	})

	it(
		isStateless
			? "cannot end what is stored nowhere, and says nothing of it"
			: "ends what is shown, once and again",
		async () => {
			const { shown, find } = await signedIn()
			await backend.signOut(shown)
			await backend.signOut(shown)
			await backend.signOut(nothing)
			expect((await find()) !== null).toBe(isStateless === true)
		},
	)

	it("does not know what is older than the account's epoch", async () => {
		const { user, find } = await signedIn()
		await db.user.update({ where: { id: user.id }, data: { epoch: { increment: 1 } } })
		expect(await find()).toBeNull()
	})

	it("does not know an account that was deactivated, or is gone", async () => {
		const { user, find } = await signedIn()
		await db.user.update({ where: { id: user.id }, data: { active: false } })
		expect(await find()).toBeNull()
		await db.user.update({ where: { id: user.id }, data: { active: true } })
		expect(await find()).not.toBeNull()
		await db.user.delete({ where: { id: user.id } })
		expect(await find()).toBeNull()
	})

	it("is not fooled by what another back end handed out", async () => {
		for (const other of kinds) {
			const grant = await other.backend.signIn(await somebody(), options, caller)
			const found = await backend.authenticate({ ...nothing, ...show(grant?.token ?? "") }, caller)
			expect([other.backend.name, found !== null]).toEqual([other.backend.name, other.backend === backend])
		}
	})
})

it.each(kinds.slice(0, 3))(
	"H-86: $backend.name signs nobody in whose account was ended after it was read",
	async ({ backend }) => {
		for (const data of [{ active: false }, { epoch: { increment: 1 } }]) {
			const user = await somebody()
			await db.user.update({ where: { id: user.id }, data })
			expect(await backend.signIn(user, { remember: false, replaces: nothing }, caller)).toBeNull()
		}
		const gone = await somebody()
		await db.user.delete({ where: { id: gone.id } })
		expect(await backend.signIn(gone, { remember: false, replaces: nothing }, caller)).toBeNull()
		expect(await db.session.count({ where: { userId: gone.id } })).toBe(0)
	},
)

describe("B1: back ends together", () => {
	it("are tried in order: the first that knows a request decides", async () => {
		const own = apiKey()
		backends.unshift(own)
		try {
			const [one, other] = [await somebody(), await somebody()]
			const options = { remember: false, replaces: nothing }
			const key = await own.signIn(one, options, caller)
			const session = await cookie().signIn(other, options, caller)
			const shown = { ...nothing, cookie: session?.token ?? null, header: () => key?.token ?? null }
			expect((await authenticate(shown, caller))?.user.id).toBe(one.id)
			await own.signOut(shown)
			expect((await authenticate(shown, caller))?.user.id).toBe(other.id)
			await signOut(shown)
			expect(await authenticate(shown, caller)).toBeNull()
		} finally {
			backends.shift()
		}
	})

	it.each([
		[["cookie", "bearer", "bearer"], "backends has two that are called bearer"],
		[["bearer"], "backends lacks cookie(), by which the pages sign in"],
		[["cookie", "Api Key"], "backends have names of small letters"],
		[["cookie", ""], "backends have names of small letters"],
	])("X1: %j stops the start", (names, message) => {
		expect(() => checkBackends(names.map((name) => ({ name })))).toThrow(
			`app/auth.events.server.ts: ${message}`,
		)
	})

	it("X1: the ones that are configured do not, and a JWT without lifetime or audience does", () => {
		expect(() => checkBackends()).not.toThrow()
		for (const lifetimeSeconds of [0, -1, 1.5, Number.NaN])
			expect(() => jwt({ lifetimeSeconds, audience: "x" })).toThrow("jwt lifetimeSeconds")
		expect(() => jwt({ lifetimeSeconds: 60, audience: "" })).toThrow("jwt audience")
	})
})
