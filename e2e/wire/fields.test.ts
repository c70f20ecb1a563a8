import { beforeAll, describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import { expectProblem } from "../support/answers"
import {
	clientOf,
	ownFieldsOf,
	type Person,
	registerVerified,
	registrationOf,
	somebody,
} from "../support/client"
import { VERIFY_PAGES } from "../support/paths"
import { rowsOf, userRow } from "../support/rows"
import { serverFixture } from "../support/server-fixture"

const { server, mailbox } = serverFixture()
let person: Person

beforeAll(async () => {
	person = await registerVerified(server, mailbox)
})

/** As they stand in a JSON body. 1e400 is more than a number can hold. */
const NOT_TEXT = [
	"null",
	"0",
	"true",
	"[]",
	`["a"]`,
	"{}",
	`{"contains":"@"}`,
	`{"not":""}`,
	`{"equals":"a"}`,
	"1e400",
]

const forms: [path: string, formId: string, fields: () => Record<string, string>][] = [
	["/register", "register", () => registrationOf(somebody())],
	["/login", "login", () => ({ username: person.username, password: person.password })],
	...VERIFY_PAGES.filter((path) => path === "/verify/resend").map(
		(path): [string, string, () => Record<string, string>] => [
			path,
			"resend",
			() => ({ email: person.email }),
		],
	),
]

/** A JSON object with this very text as the value of one field. */
function withRaw(fields: Record<string, string>, name: string, raw: string): string {
	const others = Object.entries(fields).filter(([key]) => key !== name)
	return `{${others.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)},`).join("")}"${name}":${raw}}`
}

/** A fork's own fields have rules of their own, such as a box that may be left out. */
function ourNames(fields: object): string[] {
	const own = ownFieldsOf(somebody())
	return Object.keys(fields).filter((name) => !Object.hasOwn(own, name))
}

function multipart(fields: Record<string, string>): FormData {
	const body = new FormData()
	for (const [name, value] of Object.entries(fields)) body.set(name, value)
	return body
}

describe.each(forms)("H-01: a field of %s that is not text", (path, formId, fields) => {
	it("H-01: is refused by its name, and reaches no query", async () => {
		const before = rowsOf(server)
		const client = clientOf(server)
		for (const name of ourNames(fields())) {
			for (const raw of NOT_TEXT) {
				const answer = await client.postJson(path, withRaw(fields(), name, raw))
				expectProblem(answer, 422, "validation_failed")
				expect([raw, Object.keys(answer.json.errors)]).toEqual([raw, [name]])
			}
			for (const raw of ["NaN", "undefined", "Infinity"])
				expectProblem(await client.postJson(path, withRaw(fields(), name, raw)), 400, "malformed")
		}
		expect(rowsOf(server)).toEqual(before)
	})

	it("H-01: missing or empty is refused by its name, on the page and in JSON", async () => {
		const before = rowsOf(server)
		const client = clientOf(server)
		for (const name of ourNames(fields())) {
			const { [name]: value = "", ...rest } = fields()
			const wrong = [
				rest,
				{ ...rest, [name]: "" },
				{ ...rest, [`${name}[]`]: value },
				{ ...rest, [`${name}[contains]`]: "@" },
			]
			for (const given of wrong) {
				const json = await client.postJson(path, given)
				expectProblem(json, 422, "validation_failed")
				expect(Object.keys(json.json.errors)).toEqual([name])
				const form = await client.postForm(path, given)
				expect([form.status, form.cookies]).toEqual([422, []])
				expect(form.text).toContain(`id="${formId}-${name}-error"`)
			}
		}
		expect(rowsOf(server)).toEqual(before)
	})

	it("H-01: given twice, or as a file, is refused by its name", async () => {
		const before = rowsOf(server)
		const client = clientOf(server)
		for (const [name, value] of Object.entries(fields())) {
			const typed = { Accept: "application/json", "Content-Type": "application/x-www-form-urlencoded" }
			const twice = `${new URLSearchParams(fields())}&${new URLSearchParams({ [name]: value })}`
			const again = multipart(fields())
			again.append(name, value)
			const file = multipart(fields())
			file.set(name, new Blob([value]), "name.txt")
			const answers = [
				await client.send(path, { method: "POST", headers: typed, body: twice }),
				await client.send(path, { method: "POST", headers: { Accept: "application/json" }, body: again }),
				await client.send(path, { method: "POST", headers: { Accept: "application/json" }, body: file }),
				await client.postJson(
					path,
					withRaw(fields(), "x", "1").replace(/}$/, `,"${name}":${JSON.stringify(value)}}`),
				),
			]
			for (const [index, answer] of answers.entries()) {
				expect([index, name, answer.status]).toEqual([index, name, 422])
				expectProblem(answer, 422, "validation_failed")
				expect(Object.keys(answer.json.errors)).toEqual([name])
			}
		}
		expect(rowsOf(server)).toEqual(before)
	})

	it("H-01: more than a hundred of them are refused", async () => {
		const before = rowsOf(server)
		const many = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`f${index}`, "x"]))
		const client = clientOf(server)
		const json = await client.postJson(path, { ...fields(), ...many })
		expect([json.status, json.json.code]).toEqual([422, "validation_failed"])
		expect((await client.postForm(path, { ...fields(), ...many })).status).toBe(422)
		expect(
			(await client.send(path, { method: "POST", body: multipart({ ...fields(), ...many }) })).status,
		).toBe(422)
		expect(rowsOf(server)).toEqual(before)
	})
})

describe("fields that sign-in alone knows", () => {
	it("H-01: an alias given twice, or not as text, is refused like the name it stands for", async () => {
		const { username, email, password } = person
		const client = clientOf(server)
		for (const alias of ["login", "email"]) {
			const twice = `${alias}=${username}&${alias}=${encodeURIComponent(email)}&password=${encodeURIComponent(password)}`
			const headers = { Accept: "application/json", "Content-Type": "application/x-www-form-urlencoded" }
			const answer = await client.send("/login", { method: "POST", headers, body: twice })
			expectProblem(answer, 422, "validation_failed")
			for (const raw of NOT_TEXT) {
				const wrong = await client.postJson("/login", withRaw({ password }, alias, raw))
				expectProblem(wrong, 422, "validation_failed")
				expect(Object.keys(wrong.json.errors)).toEqual(["username"])
			}
		}
	})

	it("H-01: remember is yes or no and nothing else", async () => {
		const { username, password } = person
		const client = clientOf(server)
		for (const raw of ["null", "0", "2", "[]", "{}", `"yes please"`, `["on"]`]) {
			const answer = await client.postJson("/login", withRaw({ username, password }, "remember", raw))
			expectProblem(answer, 422, "validation_failed")
			expect(Object.keys(answer.json.errors)).toEqual(["remember"])
		}
	})
})

describe("H-40: fields that nobody asked for", () => {
	const wanted = {
		id: "00000000-0000-4000-8000-000000000000",
		isAdmin: true,
		is_superuser: true,
		superuser: true,
		role: "admin",
		active: false,
		verified: true,
		emailVerifiedAt: "2020-01-01T00:00:00Z",
		email_verified_at: "2020-01-01T00:00:00Z",
		passwordHash: "$argon2id$v=19$m=19456,t=2,p=1$x$y",
		password_hash: "x",
		totpSecret: "x",
		createdAt: "2020-01-01T00:00:00Z",
		created_at: "2020-01-01T00:00:00Z",
		epoch: 7,
		linkEpoch: 7,
		usernameKey: "root",
		emailKey: "root@example.org",
		sessions: { create: [{ id: "x" }] },
	}

	it("H-40: are dropped at registration: nobody makes themselves verified or a superuser", async () => {
		const [byProgram, byPerson] = [somebody(), somebody()]
		const client = clientOf(server)
		const json = await client.postJson("/register", { ...registrationOf(byProgram), ...wanted })
		expect(json.status).toBe(201)
		expect(Object.keys(json.json.user)).toEqual(["username", "email"])
		const asText = Object.fromEntries(Object.entries(wanted).map(([name, value]) => [name, String(value)]))
		expect((await client.postForm("/register", { ...asText, ...registrationOf(byPerson) })).status).toBe(303)
		for (const { username, email, password } of [byProgram, byPerson]) {
			const row = userRow(server, username)
			expect(row).toMatchObject({
				superuser: 0,
				active: 1,
				epoch: 0,
				emailVerifiedAt: null,
				usernameKey: username,
			})
			expect(row).toMatchObject({ email, emailKey: email })
			expect(row.id).not.toBe(wanted.id)
			expect(String(row.createdAt)).not.toContain("2020")
			const login = await client.postJson("/login", { username, password, ...wanted })
			expect(login.status).toBe(config.verification.enabled ? 403 : 200)
		}
	})

	it("H-40: change nothing at sign-in, resend and sign-out", async () => {
		const before = rowsOf(server)
		const { username, password } = person
		const client = clientOf(server)
		const login = await client.postJson("/login", { username, password, ...wanted })
		expect(login.json.user).toMatchObject({ superuser: false, active: true, username })
		if (config.verification.enabled)
			expect((await client.postJson("/verify/resend", { email: person.email, ...wanted })).status).toBe(202)
		expect((await client.postJson("/logout", wanted)).status).toBe(204)
		const after = rowsOf(server)
		const withoutSignIn = (users: unknown[]) =>
			users.map((user) => ({ ...(user as object), lastSignedInAt: null }))
		expect(withoutSignIn(after.users)).toEqual(withoutSignIn(before.users))
		expect(after.mails).toEqual(before.mails)
	})
})
