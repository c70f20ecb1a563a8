import { describe, expect, it } from "vitest"
import { expectProblem, expectRefused, getPageAndJson, postFormAndJson, textOf } from "../support/answers"
import { clientOf, register, registrationOf, signIn, somebody } from "../support/client"
import { rowsOf, userRow } from "../support/rows"
import { serverFixture } from "../support/server-fixture"

const HTML = { Accept: "text/html" }

describe("R11: registration.enabled: false", () => {
	const { server } = serverFixture({}, [], { registration: { enabled: false } })

	it("R11: there is no such page, for nobody, and nobody is registered", async () => {
		expectRefused(await getPageAndJson(server, "/register"), 404, "not_found")
		expectRefused(await postFormAndJson(server, "/register", registrationOf(somebody())), 404, "not_found")
		expect(rowsOf(server)).toEqual({ users: [], sessions: [], mails: [] })
	})

	it("R11: nothing leads to it", async () => {
		const client = clientOf(server)
		const wrong = { username: "ada", password: somebody().password }
		for (const page of [
			await client.get("/", HTML),
			await client.get("/login", HTML),
			await client.postForm("/login", wrong),
			await client.postForm("/login/cookie", wrong),
		]) {
			expect(page.text).toContain("</html>")
			expect(page.text).not.toMatch(/href="\/register/)
			expect(textOf(page)).not.toMatch(/create an account/i)
		}
	})
})

describe("R6: registration.readOnly", () => {
	const { server } = serverFixture({}, [], { registration: { readOnly: true } })

	it("R6: the form is shown, cannot be used, and says so; a program is told that it is closed", async () => {
		const page = await clientOf(server).get("/register", HTML)
		expect(page.status).toBe(200)
		expect(page.text).toMatch(/<fieldset disabled="">.*name="username".*<button type="submit".*<\/fieldset>/s)
		expect(textOf(page)).toContain("Registration is closed.")
		expect((await clientOf(server).getJson("/register")).json.open).toBe(false)
	})

	it("R6: what is sent all the same is refused, and changes nothing", async () => {
		const refused = await postFormAndJson(server, "/register", registrationOf(somebody()))
		expectRefused(refused, 405, "read_only")
		for (const { headers } of [refused.form, refused.json]) expect(headers.get("Allow")).toBe("GET, HEAD")
		expect(rowsOf(server)).toEqual({ users: [], sessions: [], mails: [] })
	})
})

describe("R9: registration.passwordConfirm: false", () => {
	const { server } = serverFixture({}, [], { registration: { passwordConfirm: false } })

	it("R9: the password is asked for once", async () => {
		const page = await clientOf(server).get("/register", HTML)
		expect(page.text).toContain('name="password"')
		expect(page.text).not.toContain("confirm_password")
		const { fields } = (await clientOf(server).getJson("/register")).json
		expect(fields.map(({ name }: { name: string }) => name)).not.toContain("confirm_password")
	})

	it("R9: who sends it once is registered, and its rules stay", async () => {
		const { confirm_password: _, ...fields } = registrationOf(somebody())
		expect((await clientOf(server).postForm("/register", fields)).status).toBe(303)
		const { confirm_password: __, ...weak } = registrationOf({ ...somebody(), password: "aaaaaaaaaaaaaaaa" })
		const refused = await clientOf(server).postJson("/register", weak)
		expectProblem(refused, 422, "validation_failed")
		expect(Object.keys(refused.json.errors)).toEqual(["password"])
	})
})

describe("R5: registration.userDefaults", () => {
	const settings = { registration: { userDefaults: { active: false } }, verification: { enabled: false } }
	const { server } = serverFixture({}, [], settings)

	it("R5: a new account begins with them", async () => {
		const person = somebody()
		expect((await register(server, person)).status).toBe(201)
		expect(userRow(server, person.username).active).toBe(0)
		expectProblem(await signIn(server, person), 401, "credentials_invalid")
	})
})

describe("R9: registration.passwordConfirm", () => {
	const { server } = serverFixture({}, [], { registration: { passwordConfirm: true } })

	it("R9: the password is asked for twice, and both have to be the same", async () => {
		const { confirm_password: _, ...once } = registrationOf(somebody())
		for (const fields of [once, { ...once, confirm_password: "another one altogether" }]) {
			const refused = await postFormAndJson(server, "/register", fields)
			expectRefused(refused, 422, "validation_failed")
			expect(Object.keys(refused.json.json.errors)).toEqual(["confirm_password"])
		}
		expect(rowsOf(server).users).toEqual([])
	})
})
