import { beforeAll, describe, expect, it } from "vitest"
import { type Account, newSuperuser, sendJson } from "../support/accounts"
import { expectProblem } from "../support/answers"
import {
	type Answer,
	clientOf,
	linkFields,
	longEnough,
	newSession,
	type Person,
	registerVerified,
	sessionOf,
} from "../support/client"
import { userRow } from "../support/rows"
import { serverFixture } from "../support/server-fixture"
import { TOKEN_BACKENDS } from "../support/token-backends"

/** Whatever somebody signed in by, a change that is meant to end it ends it at once. */
const { server, mailbox } = serverFixture({}, [], { passwordReset: { enabled: true } })
const NEW_PASSWORD = longEnough("another good long passphrase")

let superuser: Account
beforeAll(async () => {
	superuser = await newSuperuser(server, mailbox)
})

type Headers = Record<string, string>

/** One of each kind. */
async function signInEverywhere(person: Person): Promise<Record<string, Headers>> {
	const { username, password } = person
	const token = async (name: string) => {
		const answer = await clientOf(server).postJson(`/login/${name}`, { username, password })
		return { Authorization: `Bearer ${answer.json.access_token}` }
	}
	const ways: Record<string, Headers> = { cookie: { Cookie: await newSession(server, person) } }
	for (const name of TOKEN_BACKENDS) ways[name] = await token(name)
	await expectAll(ways, 200)
	return ways
}

const account = (headers: Headers): Promise<Answer> => clientOf(server).getJson("/account", headers)

async function expectAll(ways: Record<string, Headers>, status: 200 | 401): Promise<void> {
	for (const [name, headers] of Object.entries(ways)) {
		const answer = await account(headers)
		expect([name, answer.status]).toEqual([name, status])
		if (status === 401) expectProblem(answer, 401, "unauthenticated")
	}
}

describe("H-33: cookie session, bearer token and JWT end at once", () => {
	it("H-33: with a reset of the password", async () => {
		const person = await registerVerified(server, mailbox)
		const ways = await signInEverywhere(person)
		await clientOf(server).postJson("/forgot-password", { email: person.email })
		const link = linkFields((await mailbox.next(person.email)).links[0] ?? "")
		await expectAll(ways, 200)
		const fields = { ...link, password: NEW_PASSWORD, confirm_password: NEW_PASSWORD }
		expect((await clientOf(server).postJson("/reset-password", fields)).status).toBe(200)
		await expectAll(ways, 401)
	})

	it.each(["cookie", ...TOKEN_BACKENDS])("H-33: with a change of the password made by %s", async (by) => {
		const person = await registerVerified(server, mailbox)
		const { [by]: own = {}, ...others } = await signInEverywhere(person)
		const again = await signInEverywhere(person)
		const fields = {
			current_password: person.password,
			password: NEW_PASSWORD,
			confirm_password: NEW_PASSWORD,
		}
		const changed = await clientOf(server).postJson("/account/password", fields, own)
		expect(changed.status).toBe(200)
		await expectAll(others, 401)
		await expectAll(again, 401)
		// A cookie goes on under a new token, a bearer token as it is; a JWT carries what it was signed with.
		expect((await account(own)).status).toBe(by === "bearer" ? 200 : 401)
		if (by === "cookie") expect((await account({ Cookie: sessionOf(changed) ?? "" })).status).toBe(200)
	})

	it("H-33: with a new address", async () => {
		const person = await registerVerified(server, mailbox)
		const ways = await signInEverywhere(person)
		const email = `new-${person.email}`
		const fields = { email, current_password: person.password }
		expect((await clientOf(server).postJson("/account/email", fields, ways.cookie)).status).toBe(202)
		await expectAll(ways, 200)
		const link = linkFields((await mailbox.next(email)).links[0] ?? "")
		expect((await clientOf(server).postJson("/account/email/confirm", link)).status).toBe(200)
		await expectAll(ways, 401)
	})

	it.each([
		["is deactivated", { active: false }],
		["gets another address", { email: "elsewhere@example.org" }],
	])("H-33: when the account %s by a superuser", async (_what, change) => {
		const person = await registerVerified(server, mailbox)
		const ways = await signInEverywhere(person)
		const { id } = userRow(server, person.username)
		expect((await sendJson(server, "PATCH", `/users/${id}`, change, superuser)).status).toBe(200)
		await expectAll(ways, 401)
	})

	it("H-33: when the account is deleted", async () => {
		const person = await registerVerified(server, mailbox)
		const ways = await signInEverywhere(person)
		const { id } = userRow(server, person.username)
		expect((await sendJson(server, "DELETE", `/users/${id}`, undefined, superuser)).status).toBe(204)
		await expectAll(ways, 401)
	})

	it("H-33: and not with what changes none of it", async () => {
		const person = await registerVerified(server, mailbox)
		const ways = await signInEverywhere(person)
		const headers = { "Content-Type": "application/json", ...ways.cookie }
		const body = JSON.stringify({ username: `${person.username}x` })
		expect((await clientOf(server).send("/account", { method: "PATCH", headers, body })).status).toBe(200)
		await expectAll(ways, 200)
	})
})
