import { beforeAll, describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import {
	type Answer,
	COOKIE,
	clientOf,
	type Person,
	registerVerified,
	registrationOf,
	sessionOf,
	somebody,
} from "../support/client"
import { getRaw } from "../support/exchange"
import { serverFixture } from "../support/server-fixture"

const { server, mailbox } = serverFixture()
let person: Person
beforeAll(async () => {
	person = await registerVerified(server, mailbox)
})

const NAMES = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf"]

/** The same fields and one more name, given once or twice, as form and as JSON. */
async function postWith(path: string, fields: () => Record<string, string>, name: string, times: 1 | 2) {
	const client = clientOf(server)
	const more = Array(times).fill(name)
	const pairs = more.map((name) => `${name}=1`).join("&")
	const headers = { "Content-Type": "application/x-www-form-urlencoded" }
	const form = await client.send(path, {
		method: "POST",
		headers: { Accept: "text/html", ...headers },
		body: `${new URLSearchParams(fields())}&${pairs}`,
	})
	const members = more.map((name) => `,"${name}":{"isAdmin":true,"superuser":true}`).join("")
	const json = await client.postJson(path, JSON.stringify(fields()).replace(/}$/, `${members}}`))
	return { form, json }
}

/** Whether any object of the server has what a request named. */
async function expectUntouched(): Promise<void> {
	const answer = await clientOf(server).getJson("/login")
	expect(answer.status).toBe(200)
	expect(answer.json.isAdmin).toBeUndefined()
	const signedIn = await clientOf(server).postJson("/login", person)
	expect(signedIn.json.user).toMatchObject({ superuser: false })
	expect(signedIn.text).not.toContain("isAdmin")
}

describe.each(NAMES)("H-78: a field called %s", (name) => {
	it.each([1, 2] as const)("is dropped like any unknown one, given %i times", async (times) => {
		const { username, password } = person
		const login = await postWith("/login", () => ({ username, password }), name, times)
		expect([login.form.status, login.json.status]).toEqual([303, 200])
		expect([login.form, login.json].map(sessionOf)).toEqual([expect.any(String), expect.any(String)])

		const register = await postWith("/register", () => registrationOf(somebody()), name, times)
		expect([register.form.status, register.json.status]).toEqual([303, 201])

		if (config.verification.enabled) {
			const resend = await postWith("/verify/resend", () => ({ email: somebody().email }), name, times)
			expect([resend.form.status, resend.json.status]).toEqual([303, 202])
		}

		const logout = await postWith("/logout", () => ({ redirect_to: "/" }), name, times)
		expect([logout.form.status, logout.json.status]).toEqual([303, 204])
		await expectUntouched()
	})

	it("holds no fields: those inside of it are missing, by JSON, form and multipart", async () => {
		const { username, password } = person
		const inside = Object.entries({ username, password })
		const form = new FormData()
		for (const [field, value] of inside) form.set(`${name}[${field}]`, value)
		const client = clientOf(server)
		const headers = { Accept: "application/json" }
		for (const answer of [
			await client.postJson("/login", `{"${name}":${JSON.stringify({ username, password })}}`),
			await client.send("/login", {
				method: "POST",
				headers,
				body: new URLSearchParams([...form] as string[][]),
			}),
			await client.send("/login", { method: "POST", headers, body: form }),
		]) {
			expect([answer.status, answer.cookies]).toEqual([422, []])
			expect(Object.keys(answer.json.errors).sort()).toEqual(["password", "username"])
		}
	})

	it("beside what is refused is not told of", async () => {
		const { form, json } = await postWith("/login", () => ({ username: "" }), name, 2)
		expect([form.status, json.status]).toEqual([422, 422])
		expect(Object.keys(json.json.errors).sort()).toEqual(["password", "username"])
	})

	it("in a query, a cookie or a header, or as a cookie's value, changes nothing", async () => {
		const client = clientOf(server)
		const quiet: Answer[] = [
			await client.get(`/login?${name}=1&${name}=2`),
			await client.get(`/account/email/confirm?${name}=1&${name}=2`),
			await client.get("/login", { Cookie: `${name}=1; ${name}=2` }),
			await client.get("/login", { Cookie: `${COOKIE}=${name}; notice=${name}; registration=${name}` }),
		]
		expect(quiet.map(({ status }) => status)).toEqual([200, 400, 200, 200])
		const raw = await getRaw(server, "/login", [`${name}: 1`, `${name}: 2`])
		expect(raw.status).toBe(200)
		await expectUntouched()
	})
})
