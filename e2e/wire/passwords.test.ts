import { beforeAll, describe, expect, it } from "vitest"
import { expectProblem, expectRefused, postFormAndJson } from "../support/answers"
import {
	clientOf,
	longEnough,
	type Person,
	register,
	registerVerified,
	registrationOf,
	signIn,
	somebody,
} from "../support/client"
import { rowsOf } from "../support/rows"
import { serverFixture } from "../support/server-fixture"

const { server, mailbox } = serverFixture()
let person: Person

beforeAll(async () => {
	person = await registerVerified(server, mailbox)
})

async function personWith(password: string): Promise<Person> {
	return registerVerified(server, mailbox, { ...somebody(), password })
}

async function signInStatus(username: string, password: string): Promise<number> {
	return (await signIn(server, { username, password })).status
}

describe("H-52: passwords that are far too long", () => {
	const tooLong = [
		["1025 characters", "x".repeat(1025)],
		["257 characters of four bytes", "\u{1f600}".repeat(257)],
		["8 kB of combining marks", `a${"\u0301\u0323".repeat(2000)}`],
		["25 kB", "correct horse ".repeat(1800)],
	] as const

	it.each(tooLong)(
		"H-52: %s are refused at sign-in, as quickly as any mistyped form",
		async (_what, password) => {
			const before = rowsOf(server)
			const started = performance.now()
			const refused = await postFormAndJson(server, "/login", { username: person.username, password })
			expect(performance.now() - started).toBeLessThan(2000)
			expectRefused(refused, 422, "validation_failed")
			expect(Object.keys(refused.json.json.errors)).toEqual(["password"])
			expect(refused.form.text).not.toContain(password.slice(0, 100))
			expect(rowsOf(server)).toEqual(before)
		},
	)

	it.each([...tooLong, ["257 characters", "x".repeat(257)] as const])(
		"H-52: %s are refused at registration, as password and as its repetition",
		async (_what, password) => {
			const before = rowsOf(server)
			const fields = registrationOf({ ...somebody(), password })
			const refused = await postFormAndJson(server, "/register", fields)
			expectRefused(refused, 422, "validation_failed")
			expect(Object.keys(refused.json.json.errors)).toEqual(["password"])
			expect(refused.json.json.errors.password).toHaveLength(1)
			const repeated = { ...registrationOf(somebody()), confirm_password: password }
			expectRefused(await postFormAndJson(server, "/register", repeated), 422, "validation_failed")
			expect(rowsOf(server)).toEqual(before)
		},
	)

	it("H-52: what would take seconds to normalise is not normalised", async () => {
		const password = `a${"\u0301".repeat(15_000)}${"\u0323".repeat(15_000)}`
		const started = performance.now()
		for (let count = 0; count < 4; count++) {
			const fields = { ...registrationOf({ ...somebody(), password }), confirm_password: "x" }
			const answer = await clientOf(server).postJson("/register", fields)
			expectProblem(answer, 422, "validation_failed")
			const login = { username: person.username, password }
			expectProblem(await clientOf(server).postJson("/login", login), 422, "validation_failed")
		}
		expect(performance.now() - started).toBeLessThan(6000)
	})

	it("H-52: a megabyte is refused before it is read", async () => {
		const before = rowsOf(server)
		const password = "x".repeat(1_000_000)
		const client = clientOf(server)
		const { username } = person
		expectProblem(await client.postJson("/login", { username, password }), 413, "too_large")
		const fields = registrationOf({ ...somebody(), password })
		expectProblem(await client.postJson("/register", fields), 413, "too_large")
		expect(rowsOf(server)).toEqual(before)
		expect(await signInStatus(person.username, person.password)).toBe(200)
	})

	it("H-52: 256 characters are a password, also of four bytes each", async () => {
		const words = "river lamp orange ".repeat(15).slice(0, 256)
		for (const password of [words, "🦊🐢🌵🎈🍋🚲🎻🧊".repeat(32)]) {
			const { username } = await personWith(password)
			expect(await signInStatus(username, password)).toBe(200)
			expect(await signInStatus(username, [...password].slice(0, -1).join(""))).toBe(401)
		}
	})
})

describe("H-43: passwords in every script", () => {
	it("H-43: composed and decomposed are one password", async () => {
		const [dessert, street] = [longEnough("crème brûlée"), longEnough("Ünter den Linden")]
		const { username } = await personWith(dessert.normalize("NFC"))
		expect(await signInStatus(username, dessert.normalize("NFD"))).toBe(200)
		const other = await personWith(street.normalize("NFD"))
		expect(await signInStatus(other.username, street.normalize("NFC"))).toBe(200)
		expect(await signInStatus(other.username, street.replace("Ü", "U"))).toBe(401)
	})

	it("H-43: what stands behind a NUL counts, and so do spaces and letter case", async () => {
		const password = longEnough("  correct\0horse Battery ")
		const { username } = await personWith(password)
		expect(await signInStatus(username, password)).toBe(200)
		for (const other of ["  correct", "  correct\0", password.replace("B", "b"), password.trim()])
			expect([other, await signInStatus(username, other)]).toEqual([other, 401])
	})

	it("H-43: half a character is refused, for two passwords would become one", async () => {
		const before = rowsOf(server)
		const bodies = [`correct horse \\ud800`, `\\udc00 correct horse`, `correct\\udfff\\ud800horse`]
		for (const half of bodies) {
			const fields = JSON.stringify(registrationOf({ ...somebody(), password: "HALF" }))
			const answer = await clientOf(server).postJson("/register", fields.replaceAll("HALF", half))
			expectProblem(answer, 422, "validation_failed")
			expect(Object.keys(answer.json.errors)).toEqual(["password"])
			const login = await clientOf(server).postJson(
				"/login",
				`{"username":"${person.username}","password":"${half}"}`,
			)
			expectProblem(login, 422, "validation_failed")
		}
		const headers = { Accept: "application/json", "Content-Type": "application/x-www-form-urlencoded" }
		const body = `username=${person.username}&password=correct%ed%a0%80horse`
		const form = await clientOf(server).send("/login", { method: "POST", headers, body })
		expectProblem(form, 422, "validation_failed")
		expect(rowsOf(server)).toEqual(before)
	})
})

describe("passwords that are easy to guess", () => {
	const { server } = serverFixture({}, [], { password: { minCodePoints: 8 } })

	it.each([
		["asdasdasdasdasdasd", "repeats the same few characters"],
		["x".repeat(256), "repeats the same few characters"],
		["abcdefghijklmnopqrst", "sequence"],
		["=-0987654321`", "keyboard"],
		["letmein1234567890", "common word"],
	])("%s is refused, and told why: %s", async (password, reason) => {
		const before = rowsOf(server)
		const fields = registrationOf({ ...somebody(), password })
		const refused = await postFormAndJson(server, "/register", fields)
		expectRefused(refused, 422, "validation_failed")
		expect(refused.json.json.errors).toEqual({ password: [expect.stringContaining(reason)] })
		expect(refused.form.text).toContain(reason)
		expect(refused.form.text).not.toContain(password)
		expect(rowsOf(server)).toEqual(before)
	})

	it.each([
		"wet socks on monday",
		"правильная лошадь батарея",
		"d41d8cd98f00b204e980",
		"constructor__proto__",
	])("%s is taken", async (password) => {
		const person = { ...somebody(), password }
		expect((await register(server, person)).status).toBe(201)
	})
})
