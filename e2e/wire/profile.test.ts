import { beforeAll, describe, expect, it } from "vitest"
import { expectProblem, textOf } from "../support/answers"
import {
	clientOf,
	newSession,
	type Person,
	registerVerified,
	registrationOf,
	somebody,
} from "../support/client"
import { userRow } from "../support/rows"
import { serverFixture } from "../support/server-fixture"

const { server, mailbox } = serverFixture()
let person: Person
let cookie: string

beforeAll(async () => {
	person = await registerVerified(server, mailbox)
	cookie = await newSession(server, person)
})

function patch(body: unknown, headers: Record<string, string> = { Cookie: cookie }) {
	return clientOf(server).send("/account", {
		method: "PATCH",
		headers: { "Content-Type": "application/json", ...headers },
		body: JSON.stringify(body),
	})
}

/** What a form of the page sends: all of its fields. */
function profileOf(username: string): Record<string, string> {
	const { email, password, confirm_password, ...profile } = registrationOf({ ...person, username })
	return profile
}

describe("U1: the own profile", () => {
	it("U1: a program changes the user name, and stays signed in", async () => {
		const { username } = somebody()
		const changed = await patch({ username })
		expect([changed.status, changed.json.user.username]).toEqual([200, username])
		expect((await clientOf(server).getJson("/account", { Cookie: cookie })).json.user.username).toBe(username)
		person = { ...person, username }
		expect(await newSession(server, person)).toBeTruthy()
	})

	it("U1: a person does so by the form, and is told", async () => {
		const { username } = somebody()
		const client = clientOf(server)
		const changed = await client.postForm("/account", profileOf(username), { Cookie: cookie })
		expect([changed.status, changed.headers.get("Location")]).toEqual([303, "/account"])
		expect(userRow(server, username).email).toBe(person.email)
		person = { ...person, username }
		const notice = changed.cookies.find((one) => one.startsWith("notice="))?.split(";")[0]
		const page = await client.get("/account", { Accept: "text/html", Cookie: `${cookie}; ${notice}` })
		expect(textOf(page)).toContain("Profile saved.")
	})

	it("U1: nothing sent changes nothing", async () => {
		const { updatedAt: _before, ...before } = userRow(server, person.username)
		const changed = await patch({})
		expect([changed.status, changed.json.user.username]).toEqual([200, person.username])
		const { updatedAt: _after, ...after } = userRow(server, person.username)
		expect(after).toEqual(before)
	})

	it("U1: a taken or impossible user name is told at its field, by form and JSON", async () => {
		const other = await registerVerified(server, mailbox)
		for (const username of [other.username, other.username.toUpperCase(), "a b", "x".repeat(65)]) {
			const json = await patch({ username })
			expectProblem(json, 422, "validation_failed")
			expect(Object.keys(json.json.errors)).toEqual(["username"])
			const form = await clientOf(server).postForm("/account", profileOf(username), { Cookie: cookie })
			expect(form.status).toBe(422)
			expect(textOf(form)).toContain(json.json.errors.username[0])
		}
		expect(userRow(server, person.username).id).toBeTruthy()
	})

	it("H-40: address, password and flags cannot be set here", async () => {
		const before = userRow(server, person.username)
		const sent = {
			email: "other@example.org",
			password: "a new password here",
			passwordHash: "x",
			superuser: true,
			verified: false,
			active: false,
			epoch: 9,
			id: "1",
			emailKey: "other@example.org",
		}
		expect((await patch(sent)).status).toBe(200)
		const { updatedAt, ...after } = userRow(server, person.username)
		expect({ ...after, updatedAt: before.updatedAt }).toEqual(before)
	})

	it("H-41: nobody's profile is changed without a session", async () => {
		const { username } = somebody()
		expectProblem(await patch({ username }, {}), 401, "unauthenticated")
		const form = await clientOf(server).postForm("/account", profileOf(username))
		expect([form.status, form.headers.get("Location")?.split("?")[0]]).toEqual([303, "/login"])
		expect(userRow(server, username)).toBeUndefined()
	})

	it("takes no other method", async () => {
		const refused = await clientOf(server).send("/account", { method: "DELETE", headers: { Cookie: cookie } })
		expect(refused.status).toBe(405)
		expect(refused.headers.get("Allow")).toBe("GET, HEAD, POST, PATCH")
	})
})

it("leads to the pages that change the rest", async () => {
	const page = await clientOf(server).get("/account", { Accept: "text/html", Cookie: cookie })
	for (const path of ["/account/email", "/account/password"]) expect(page.text).toContain(`href="${path}"`)
	expect(page.text).toContain(`value="${person.username}"`)
})
