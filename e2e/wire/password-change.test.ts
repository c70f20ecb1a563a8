import { describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import { expectProblem, expectRefused } from "../support/answers"
import {
	clientOf,
	longEnough,
	newSession,
	type Person,
	registerVerified,
	sessionOf,
	signIn,
} from "../support/client"
import { logged } from "../support/faults"
import { lastMailKind, rowsOf, userRow } from "../support/rows"
import { serverFixture } from "../support/server-fixture"

const { server, mailbox } = serverFixture()
const NEW = longEnough("staple lantern orbit")

const fieldsOf = ({ password }: Person) => ({
	current_password: password,
	password: NEW,
	confirm_password: NEW,
})

async function postBoth(fields: Record<string, string>, Cookie: string) {
	const json = await clientOf(server).postJson("/account/password", fields, { Cookie })
	const form = await clientOf(server).postForm("/account/password", fields, { Cookie })
	return { form, json }
}

const account = (Cookie: string) => clientOf(server).getJson("/account", { Cookie })

describe("U4: /account/password", () => {
	it("U4: is for who is signed in; password managers are led there", async () => {
		const client = clientOf(server)
		expectProblem(await client.getJson("/account/password"), 401, "unauthenticated")
		expectProblem(await client.postJson("/account/password", {}), 401, "unauthenticated")
		const page = await client.get("/account/password")
		expect([page.status, page.headers.get("Location")]).toEqual([
			303,
			"/login?redirect_to=%2Faccount%2Fpassword",
		])
		const known = await client.get("/.well-known/change-password")
		expect([known.status, known.headers.get("Location")]).toEqual([302, "/account/password"])
	})

	it.each(["form", "json"] as const)(
		"U4 H-33: by %s: others end, this session goes on under a new token",
		async (as) => {
			const person = await registerVerified(server, mailbox)
			const [Cookie, other] = [await newSession(server, person), await newSession(server, person)]
			await clientOf(server).postJson("/forgot-password", { email: person.email })
			const link = (await mailbox.next(person.email)).links[0] ?? ""
			const client = clientOf(server)
			const answer =
				as === "json"
					? await client.postJson("/account/password", fieldsOf(person), { Cookie })
					: await client.postForm("/account/password", fieldsOf(person), { Cookie })
			if (as === "json") expect([answer.status, answer.json]).toEqual([200, {}])
			else expect([answer.status, answer.headers.get("Location")]).toEqual([303, "/account"])
			const renewed = sessionOf(answer) ?? ""
			expect(renewed).not.toBe(Cookie)
			expect((await account(renewed)).json.user.username).toBe(person.username)
			for (const ended of [Cookie, other]) expectProblem(await account(ended), 401, "unauthenticated")
			expect((await signIn(server, person)).status).toBe(401)
			expect((await signIn(server, { ...person, password: NEW })).status).toBe(200)
			await mailbox.next(person.email)
			expect(lastMailKind(server, person.email)).toBe("password_changed")
			const dead = await clientOf(server).getJson(link.slice(server.url.length))
			expectProblem(dead, 400, "link_invalid")
		},
	)

	it("H-82: who changes it again and again fills no mailbox with notices", async () => {
		const person = await registerVerified(server, mailbox)
		let Cookie = await newSession(server, person)
		let current_password = person.password
		for (let count = 0; count < 2 * config.limits.mailPerMailbox.points; count++) {
			const password = longEnough(`${NEW} ${"abcdefghijkl"[count]}`)
			const fields = { current_password, password, confirm_password: password }
			const changed = await clientOf(server).postJson("/account/password", fields, { Cookie })
			expect(changed.status).toBe(200)
			Cookie = sessionOf(changed) ?? ""
			current_password = password
		}
		const mails = server.database
			.prepare(`SELECT count(*) FROM "OutboxMail" WHERE "to" = ?`)
			.pluck()
			.get(person.email)
		expect(mails).toBe(config.limits.mailPerMailbox.points)
		expect(logged(server, "notice.withheld")).toContainEqual(
			expect.objectContaining({ kind: "password_changed" }),
		)
	})

	it("U4: a wrong current password is said at its field, counts as one, and changes nothing", async () => {
		const person = await registerVerified(server, mailbox)
		const Cookie = await newSession(server, person)
		const before = rowsOf(server)
		for (let count = 0; count < 5; count++) {
			const wrong = { ...fieldsOf(person), current_password: "not the password" }
			const refused = await postBoth(wrong, Cookie)
			expectRefused(refused, 422, "validation_failed")
			expect(Object.keys(refused.json.json.errors)).toEqual(["current_password"])
			expect(refused.form.text).not.toContain(NEW)
		}
		expectRefused(await postBoth(fieldsOf(person), Cookie), 429, "rate_limited")
		expect((await signIn(server, person)).status).toBe(429)
		expect(rowsOf(server)).toEqual(before)
	})

	it("U4: a new password that is weak, personal or repeated wrongly is refused at its field", async () => {
		const person = await registerVerified(server, mailbox)
		const Cookie = await newSession(server, person)
		const before = rowsOf(server)
		const named = `${person.username} and more`
		const tries: [string, Record<string, string>][] = [
			["password", { password: "short", confirm_password: "short" }],
			["password", { password: named, confirm_password: named }],
			["confirm_password", { confirm_password: "something else" }],
			["current_password", { current_password: "" }],
		]
		for (const [field, fields] of tries) {
			const refused = await postBoth({ ...fieldsOf(person), ...fields }, Cookie)
			expectRefused(refused, 422, "validation_failed")
			expect(Object.keys(refused.json.json.errors)).toEqual([field])
		}
		expect(rowsOf(server)).toEqual(before)
	})

	it("U4: of eight at once, one wins", async () => {
		const person = await registerVerified(server, mailbox)
		const Cookie = await newSession(server, person)
		const answers = await Promise.all(
			Array.from({ length: 8 }, () =>
				clientOf(server).postJson("/account/password", fieldsOf(person), { Cookie }),
			),
		)
		expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
		expect(userRow(server, person.username).epoch).toBe(1)
	})
})
