import { randomUUID } from "node:crypto"
import { beforeAll, beforeEach, describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import { type Account, newAccount, newSuperuser, sendJson } from "../support/accounts"
import { expectPrivate, expectProblem, textOf } from "../support/answers"
import {
	type Answer,
	clientOf,
	newSession,
	ownFieldsOf,
	registerUnverified,
	signIn,
	somebody,
} from "../support/client"
import { logged } from "../support/faults"
import { rowsOf, userRow } from "../support/rows"
import { serverFixture, withVerification } from "../support/server-fixture"

/** Whether an address is verified is one of the things that can be changed here. */
const { server, mailbox } = serverFixture({}, [], withVerification)
let boss: Account
let user: Account

beforeAll(async () => {
	boss = await newSuperuser(server, mailbox)
})

beforeEach(async () => {
	user = await newAccount(server, mailbox)
})

const patch = (body: object, by = boss, path = user.path) => sendJson(server, "PATCH", path, body, by)
const remove = (by = boss, path = user.path) => sendJson(server, "DELETE", path, undefined, by)
const post = (fields: Record<string, string>, by = boss, path = user.path) =>
	clientOf(server).postForm(path, fields, { Cookie: by.cookie })
const row = (id = user.id) =>
	server.database.prepare(`SELECT * FROM "User" WHERE id = ?`).get(id) as ReturnType<typeof userRow>
const sessionsOf = (id = user.id) =>
	server.database.prepare(`SELECT count(*) FROM "Session" WHERE "userId" = ?`).pluck().get(id)

describe("U2, H-41: who is no superuser", () => {
	const paths = () => ["/users", "/users?q=p", user.path, `/users/${randomUUID()}`, "/users/x"]

	it("reads nothing, also by .data requests and whatever there is", async () => {
		const client = clientOf(server)
		for (const path of paths()) {
			expectProblem(await client.getJson(path), 401, "unauthenticated")
			const page = await client.get(path, { Accept: "text/html" })
			expect([page.status, page.headers.get("Location")]).toEqual([
				303,
				`/login?redirect_to=${encodeURIComponent(path)}`,
			])
			const asUser = { Cookie: user.cookie }
			expectProblem(await client.getJson(path, asUser), 403, "forbidden")
			const refused = await client.get(path, { Accept: "text/html", ...asUser })
			expect(refused.status).toBe(403)
			expect(textOf(refused)).toContain("Your account isn't allowed to see or change this.")
			const [name = "", query = ""] = path.split("?")
			for (const route of ["", "routes/users", "routes/user", "root,routes/users"])
				for (const headers of [asUser, {}]) {
					const script = await client.get(
						`${name}.data?${query}&_routes=${encodeURIComponent(route)}`,
						headers,
					)
					expect(script.text).not.toContain("@example.org")
					expect(script.text).not.toContain(boss.person.username)
				}
		}
	})

	it("changes and deletes nothing, through any door", async () => {
		const before = rowsOf(server)
		const body = { superuser: true, verified: true, active: false }
		const form = { intent: "update", superuser: "true" }
		const nobody = { ...user, cookie: "" }
		for (const path of [user.path, boss.path, `/users/${randomUUID()}`]) {
			expectProblem(await patch(body, nobody, path), 401, "unauthenticated")
			expectProblem(await remove(nobody, path), 401, "unauthenticated")
			expect((await post(form, nobody, path)).headers.get("Location")).toMatch(/^\/login/)
			expectProblem(await patch(body, user, path), 403, "forbidden")
			expectProblem(await remove(user, path), 403, "forbidden")
			expect((await post(form, user, path)).status).toBe(403)
			expect((await post({ intent: "delete", sure: "on" }, user, path)).status).toBe(403)
			const script = await post(form, user, `${path}.data`)
			expect(script.text).toContain("forbidden")
		}
		expect(rowsOf(server)).toEqual(before)
	})

	it("a superuser who was deactivated or demoted meanwhile is none any more", async () => {
		const other = await newSuperuser(server, mailbox)
		await patch({ superuser: false }, boss, other.path)
		expectProblem(await clientOf(server).getJson("/users", { Cookie: other.cookie }), 401, "unauthenticated")
		const cookie = await newSession(server, other.person)
		expectProblem(await clientOf(server).getJson("/users", { Cookie: cookie }), 403, "forbidden")
	})
})

describe("U2: the list of users", () => {
	const list = async (query: string): Promise<Answer> =>
		clientOf(server).getJson(`/users${query}`, { Cookie: boss.cookie })
	const names = ({ json }: Answer) => json.users.map(({ username }: { username: string }) => username)

	it("is searched by name and address, and read page by page in one order", async () => {
		const all = await list("?page_size=100")
		expect(all.status).toBe(200)
		expectPrivate(all)
		expect(all.json).toEqual({
			users: expect.any(Array),
			q: "",
			page: 1,
			page_size: 100,
			total: all.json.users.length,
		})
		expect(all.text).not.toMatch(/hash|argon2|epoch|Key/)
		expect(names(all)).toEqual([...names(all)].sort())
		const pages = await Promise.all([list("?page_size=1"), list("?page_size=1&page=2")])
		expect(pages.flatMap(names)).toEqual(names(all).slice(0, 2))
		const { username, email } = user.person
		for (const q of [username, username.toUpperCase(), username.slice(2), email.toUpperCase()])
			expect(names(await list(`?q=${encodeURIComponent(q)}`)), q).toEqual([username])
		expect((await list("?page=999")).json).toMatchObject({ users: [], page: 999 })
	})

	it("takes wildcards, quotes and control characters for what they are", async () => {
		for (const q of ["%", "_", "\\", "%' OR 1=1 --", "\u0000", "p%", "*", "[", '"', "{}"]) {
			const answer = await list(`?q=${encodeURIComponent(q)}`)
			expect([q, answer.status, answer.json.total]).toEqual([q, 200, 0])
		}
	})

	it("brings what is out of bounds back into them", async () => {
		const bounds = [
			["?page_size=101", { page_size: 100 }],
			["?page_size=0", { page_size: 1 }],
			["?page_size=-1&page=-1", { page_size: 20, page: 1 }],
			["?page_size=1e3&page=x", { page_size: 20, page: 1 }],
			["?page=99999999999999999999", { page: 1 }],
			["?page=999999999999999", { page: 1_000_000 }],
			["?page=2&page=3&q=a&q=b", { page: 1, q: "" }],
			[`?q=${"a".repeat(1000)}`, { q: "a".repeat(254), total: 0 }],
		] as const
		for (const [query, taken] of bounds) expect((await list(query)).json, query).toMatchObject(taken)
	})

	it("a page past the last says that it is empty, and leads back", async () => {
		const page = await clientOf(server).get("/users?q=p&page=99", {
			Accept: "text/html",
			Cookie: boss.cookie,
		})
		expect(page.status).toBe(200)
		expect(textOf(page)).toContain("Nobody on this page")
		expect(page.text).toMatch(/<a rel="prev"[^>]* href="\/users\?q=p&amp;page=\d&amp;page_size=20"/)
	})

	it("is a page with a search, states and a way to each account", async () => {
		const page = await clientOf(server).get(`/users?q=${user.person.username}`, {
			Accept: "text/html",
			Cookie: boss.cookie,
		})
		expect(page.status).toBe(200)
		expect(page.text).toContain(`href="${user.path}"`)
		expect(textOf(page)).toContain(user.person.email)
		expect(page.text).not.toContain("passwordHash")
	})

	it("takes no POST", async () => {
		const answer = await clientOf(server).postJson("/users", {}, { Cookie: boss.cookie })
		expect([answer.status, answer.headers.get("Allow")]).toEqual([405, "GET, HEAD"])
	})
})

describe("U2: one user", () => {
	it("is read", async () => {
		const answer = await clientOf(server).getJson(user.path, { Cookie: boss.cookie })
		const { username, email } = user.person
		const flags = { verified: true, active: true, superuser: false, created_at: expect.any(String) }
		const own = ownFieldsOf(user.person)
		expect(answer.json).toEqual({ user: { id: user.id, username, email, ...flags, ...own } })
	})

	it("that there is not is 404, through both doors and for every method", async () => {
		for (const path of [`/users/${randomUUID()}`, "/users/x", "/users/%27", `${user.path}x`, "/users/%00"]) {
			const answers = [
				await clientOf(server).getJson(path, { Cookie: boss.cookie }),
				await patch({ active: false }, boss, path),
				await remove(boss, path),
			]
			const codes = path.includes("%00") ? [400, 404] : [404]
			for (const { status } of answers) expect(codes, path).toContain(status)
			expect(codes).toContain((await post({ intent: "update" }, boss, path)).status)
		}
	})

	it("takes any part of what can be changed, and answers with the user", async () => {
		const name = somebody().username
		expect((await patch({ username: name })).json.user).toMatchObject({ username: name, active: true })
		expect((await patch({})).json.user).toMatchObject({ username: name })
		expect(sessionsOf()).toBe(1)
		expect(row().epoch).toBe(0)
		expect((await patch({ superuser: true })).json.user).toMatchObject({ superuser: true, verified: true })
		expect((await patch({ superuser: false })).json.user).toMatchObject({ superuser: false })
		expect(logged(server, "user.updated").at(-1)).toMatchObject({ user_id: user.id })
		const answer = await clientOf(server).send(user.path, { method: "PUT" })
		expect([answer.status, answer.headers.get("Allow")]).toEqual([405, "GET, HEAD, POST, PATCH, DELETE"])
	})

	it("H-40: keeps what cannot be set", async () => {
		const before = row()
		const answer = await patch({
			id: boss.id,
			epoch: 99,
			passwordHash: "x",
			password: "another password",
			emailVerifiedAt: null,
			ownedEmailKey: "x",
			unprovenUntil: "2000-01-01T00:00:00Z",
			created_at: "2000-01-01T00:00:00Z",
			sessions: { create: {} },
			intent: "delete",
			sure: true,
		})
		expect(answer.status).toBe(200)
		expect(row()).toEqual({ ...before, updatedAt: expect.anything() })
	})

	it("is refused what is no value, field by field", async () => {
		const before = rowsOf(server)
		const wrong = { username: "a b", email: "x", active: "maybe", superuser: 1, verified: null }
		const answer = await patch(wrong)
		expectProblem(answer, 422, "validation_failed")
		expect(Object.keys(answer.json.errors).sort()).toEqual(Object.keys(wrong).sort())
		expectProblem(await sendJson(server, "PATCH", user.path, [], boss), 400, "malformed")
		expect((await post({ intent: "explode" })).status).toBe(422)
		expect(rowsOf(server)).toEqual(before)
	})

	it("does not get a name or an address of another", async () => {
		const { username, email } = boss.person
		const before = rowsOf(server)
		const named = await patch({ username: username.toUpperCase() })
		expectProblem(named, 422, "validation_failed")
		expect(Object.keys(named.json.errors)).toEqual(["username"])
		for (const verified of [true, undefined]) {
			const addressed = await patch({ email: email.toUpperCase(), verified })
			expectProblem(addressed, 422, "validation_failed")
			expect(addressed.json.errors).toEqual({ email: ["Another account has this address."] })
		}
		const page = await post({ intent: "update", username, email: user.person.email })
		expect(page.status).toBe(422)
		expect(textOf(page)).toContain("This user name is taken.")
		expect(rowsOf(server)).toEqual(before)
	})

	it("of many who ask for one address at once gets it once", async () => {
		const others = await Promise.all([1, 2, 3].map(() => newAccount(server, mailbox)))
		const { email } = somebody()
		const answers = await Promise.all(others.map(({ path }) => patch({ email, verified: true }, boss, path)))
		expect(answers.map(({ status }) => status).sort()).toEqual([200, 422, 422])
	})

	it("H-80: of a change that confirms an address, and another account's link to it, one wins", async () => {
		for (let round = 0; round < 10; round++) {
			const { person, link } = await registerUnverified(server, mailbox)
			const rival = await registerUnverified(server, mailbox, { ...somebody(), email: person.email })
			const path = `/users/${link.user_id}`
			const [changed, linked] = await Promise.all([
				patch({ verified: true }, boss, path),
				clientOf(server).postJson("/verify", rival.link, { Cookie: rival.cookie }),
			])
			expect([changed.status, linked.status]).toEqual(linked.status === 200 ? [404, 200] : [200, 400])
			const owners = server.database.prepare(`SELECT "id" FROM "User" WHERE "emailKey" = ?`).pluck()
			expect(owners.all(person.email)).toEqual([linked.status === 200 ? rival.link.user_id : link.user_id])
		}
		expect(logged(server, "database.conflict")).toEqual([])
	})
})

describe("U2: a change ends what it must end", () => {
	it("a new address is unverified, unless that comes with it", async () => {
		const { email } = somebody()
		expect((await patch({ email })).json.user).toMatchObject({ email, verified: false })
		expect(row()).toMatchObject({ emailVerifiedAt: null, ownedEmailKey: null, unprovenUntil: null, epoch: 1 })
		expect(sessionsOf()).toBe(0)
		expectProblem(await signIn(server, user.person), 403, "not_verified")
		const other = somebody().email
		expect((await patch({ email: other, verified: true })).json.user).toMatchObject({ verified: true })
		expect(row()).toMatchObject({ ownedEmailKey: other, emailKey: other })
		expect((await signIn(server, user.person)).status).toBe(200)
		expect((await patch({ verified: false })).json.user).toMatchObject({ verified: false })
		expect(row()).toMatchObject({ ownedEmailKey: null, unprovenUntil: null })
		expect(sessionsOf()).toBe(0)
	})

	it.each([
		["with it verified and deactivated", [{ email: "", verified: true, active: false }]],
		["after it was made unverified", [{ verified: false }, { email: "" }]],
	])("the old address is told of a new one: %s", async (_how, changes) => {
		for (const change of changes) {
			const email = "email" in change ? { email: somebody().email } : {}
			expect((await patch({ ...change, ...email })).status).toBe(200)
		}
		const mail = await mailbox.next(user.person.email)
		expect(mail.subject).toContain("was changed")
		expect(mail.text).not.toContain(user.person.username)
	})

	it("the address of a registration that nobody confirmed is told nothing", async () => {
		const { link } = await registerUnverified(server, mailbox)
		expect((await patch({ email: somebody().email }, boss, `/users/${link.user_id}`)).status).toBe(200)
		const kinds = server.database.prepare(`SELECT "kind" FROM "OutboxMail" WHERE "userId" = ?`).pluck()
		expect(kinds.all(link.user_id)).toEqual(["verify"])
	})

	it("however often it is changed, a mailbox gets no more than it may", async () => {
		const addresses = [somebody().email, user.person.email]
		const most = 2 * (config.limits.mailPerMailbox.points + 1)
		for (let count = 0; count <= most; count++)
			expect((await patch({ email: addresses[count % 2], verified: true })).status).toBe(200)
		expect(logged(server, "notice.withheld").filter(({ user_id }) => user_id === user.id)).not.toEqual([])
	})

	it("the same address in another spelling stays verified", async () => {
		const email = user.person.email.replace(/^p/, "P")
		expect((await patch({ email })).json.user).toMatchObject({ email, verified: true })
		expect(sessionsOf()).toBe(1)
	})

	it("who is verified owns the address, and others that wait for it are gone", async () => {
		const { person, link } = await registerUnverified(server, mailbox)
		const rival = { ...somebody(), email: person.email }
		await registerUnverified(server, mailbox, rival)
		expect((await patch({ verified: true }, boss, `/users/${link.user_id}`)).status).toBe(200)
		expect(row(link.user_id)).toMatchObject({ ownedEmailKey: person.email, unprovenUntil: null })
		expect(userRow(server, rival.username)).toBeUndefined()
		expectProblem(await clientOf(server).postJson("/verify", link), 400, "link_invalid")
	})

	it.each([
		["deactivating", { active: false }],
		["demoting", { superuser: false }],
	])("%s ends all sessions at once", async (_what, change) => {
		const { id, path, cookie } = await newSuperuser(server, mailbox)
		expect((await patch(change, boss, path)).status).toBe(200)
		expect([sessionsOf(id), row(id).epoch]).toEqual([0, 1])
		expectProblem(await clientOf(server).getJson("/account", { Cookie: cookie }), 401, "unauthenticated")
	})

	it("who is deactivated stays out until activated again", async () => {
		await patch({ active: false })
		expectProblem(await signIn(server, user.person), 401, "credentials_invalid")
		await patch({ active: true })
		expect((await signIn(server, user.person)).status).toBe(200)
	})

	it("a superuser's own new address keeps the session in which it was set, and no other", async () => {
		const other = await newSuperuser(server, mailbox)
		const elsewhere = await newSession(server, other.person)
		const { email } = somebody()
		expect((await patch({ email, verified: true }, other, other.path)).status).toBe(200)
		const seen = (cookie: string) => clientOf(server).getJson("/users", { Cookie: cookie })
		expect((await seen(other.cookie)).status).toBe(200)
		expectProblem(await seen(elsewhere), 401, "unauthenticated")
		await remove(boss, other.path)
	})

	it("H-33: what takes something away ends a change of address that waits, and a link that was asked for", async () => {
		const email = `${randomUUID()}@example.org`
		const asked = { email, current_password: user.person.password }
		await clientOf(server).postJson("/account/email", asked, { Cookie: user.cookie })
		await clientOf(server).postJson("/forgot-password", { email: user.person.username })
		await expect.poll(() => row()).toMatchObject({ pendingEmail: email, resetRequestedAt: expect.anything() })
		expect((await patch({ email: `new-${email}`, verified: true })).status).toBe(200)
		expect(row()).toMatchObject({ pendingEmail: null, pendingEmailKey: null, resetRequestedAt: null })
	})

	it("deleting takes the sessions along", async () => {
		const answer = await remove()
		expect([answer.status, answer.text]).toEqual([204, ""])
		expect([row(), sessionsOf()]).toEqual([undefined, 0])
		expectProblem(await clientOf(server).getJson("/account", { Cookie: user.cookie }), 401, "unauthenticated")
		expect(logged(server, "user.deleted").at(-1)).toMatchObject({ user_id: user.id })
		expectProblem(await remove(), 404, "not_found")
	})

	it("a form deletes with a tick only", async () => {
		const unsure = await post({ intent: "delete" })
		expect(unsure.status).toBe(422)
		expect(row()).toBeDefined()
		const sure = await post({ intent: "delete", sure: "on" })
		expect([sure.status, sure.headers.get("Location")]).toEqual([303, "/users"])
		expect(row()).toBeUndefined()
	})

	it("a form changes, and leads back to the user", async () => {
		const { username, email } = user.person
		const form = { intent: "update", username, email, verified: "", active: "false", superuser: "false" }
		const changed = await post(form)
		expect([changed.status, changed.headers.get("Location")]).toEqual([303, user.path])
		expect(row()).toMatchObject({ active: 0, ownedEmailKey: email })
	})

	it("H-07: whoever is disabled while the link is used stays disabled", async () => {
		for (let round = 0; round < 8; round++) {
			const { person, link } = await registerUnverified(server, mailbox)
			const path = `/users/${link.user_id}`
			const [verified, disabled] = await Promise.all([
				clientOf(server).postJson("/verify", link),
				patch({ active: false }, boss, path),
			])
			expect([200, 400]).toContain(verified.status)
			expect(disabled.status).toBe(200)
			expect([row(link.user_id).active, sessionsOf(link.user_id)]).toEqual([0, 0])
			expectProblem(await signIn(server, person), 401, "credentials_invalid")
		}
	})
})

describe("U2: the last active superuser", () => {
	it("cannot be demoted, deactivated or deleted, through any door", async () => {
		const before = rowsOf(server)
		expectProblem(await patch({ superuser: false }, boss, boss.path), 422, "validation_failed")
		const refused = await patch({ active: false }, boss, boss.path)
		expect(refused.json.errors).toEqual({ active: [expect.stringMatching(/last active superuser/)] })
		expectProblem(await remove(boss, boss.path), 422, "validation_failed")
		for (const fields of [
			{ intent: "update", superuser: "false" },
			{ intent: "update", active: "false" },
			{ intent: "delete", sure: "on" },
		] as Record<string, string>[]) {
			const page = await post(fields, boss, boss.path)
			expect(page.status).toBe(422)
			expect(textOf(page)).toContain("last active superuser")
		}
		expect(rowsOf(server)).toEqual(before)
	})

	it.runIf(config.verification.enabled)(
		"cannot be kept out by an address that is not confirmed",
		async () => {
			const before = rowsOf(server)
			for (const change of [{ verified: false }, { email: `${randomUUID()}@example.org` }]) {
				const refused = await patch(change, boss, boss.path)
				expect([refused.status, Object.keys(refused.json.errors)]).toEqual([422, Object.keys(change)])
			}
			expect(rowsOf(server)).toEqual(before)
			expect((await patch({ email: boss.person.email, verified: true }, boss, boss.path)).status).toBe(200)
		},
	)

	it.runIf(config.verification.enabled)("is not one whose address is not confirmed", async () => {
		expect((await patch({ superuser: true, verified: false })).status).toBe(200)
		expect((await patch({ superuser: false }, boss, boss.path)).status).toBe(422)
		expect((await remove()).status).toBe(204)
	})

	it("a deactivated superuser does not count", async () => {
		const other = await newSuperuser(server, mailbox)
		await patch({ active: false }, boss, other.path)
		expectProblem(await patch({ superuser: false }, boss, boss.path), 422, "validation_failed")
		expect((await remove(boss, other.path)).status).toBe(204)
	})

	it.each([
		["demoted", (by: Account, { path }: Account) => patch({ superuser: false }, by, path)],
		["deactivated", (by: Account, { path }: Account) => patch({ active: false }, by, path)],
		["deleted", (by: Account, { path }: Account) => remove(by, path)],
	])("of two who are %s by each other at once, one stays", async (_what, act) => {
		for (let round = 0; round < 5; round++) {
			const other = await newSuperuser(server, mailbox)
			const answers = await Promise.all([act(boss, other), act(other, boss)])
			const left = server.database.prepare(`SELECT id FROM "User" WHERE superuser AND active`).pluck().all()
			expect(left).toHaveLength(1)
			const statuses = answers.map(({ status }) => status)
			expect(
				statuses.filter((status) => status < 300),
				String(statuses),
			).toHaveLength(1)
			if (left[0] === other.id) boss = other
		}
	})
})
