import { describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import { expectRefused, getPageAndJson, postFormAndJson, textOf } from "../support/answers"
import {
	AFTER_REGISTERING,
	clientOf,
	register,
	registrationOf,
	sessionOf,
	signIn,
	somebody,
} from "../support/client"
import { rowsOf } from "../support/rows"
import { serverFixture } from "../support/server-fixture"

const { server } = serverFixture()
const { enabled } = config.verification

describe.runIf(!enabled)("where addresses need no confirmation", () => {
	it("who registers can sign in, by name and by address, and gets no mail", async () => {
		const person = somebody()
		const registered = await register(server, person)
		expect([registered.status, registered.json.verification]).toEqual([201, "not_required"])
		expect(rowsOf(server).mails).toEqual([])
		expect((await signIn(server, person)).status).toBe(200)
		expect((await signIn(server, { ...person, username: person.email })).status).toBe(200)
	})

	it("R12: is signed in at once if the configuration says so, and only then", async () => {
		const form = await clientOf(server).postForm("/register", registrationOf(somebody()))
		expect(form.status).toBe(303)
		expect(sessionOf(form) !== undefined).toBe(config.registration.signIn)
		expect(form.headers.get("Location")).toBe(AFTER_REGISTERING)
	})

	it("R8: a taken address is said, at its field", async () => {
		const person = somebody()
		await register(server, person)
		const before = rowsOf(server)
		const refused = await postFormAndJson(server, "/register", {
			...registrationOf(somebody()),
			email: person.email,
		})
		expectRefused(refused, 422, "validation_failed")
		expect(Object.keys(refused.json.json.errors)).toEqual(["email"])
		expect(rowsOf(server)).toEqual(before)
	})

	it("there is nothing to confirm, and no way to ask for a link", async () => {
		expectRefused(await getPageAndJson(server, "/verify/sent"), 404, "not_found")
		for (const path of ["/verify", "/verify/resend"]) {
			expectRefused(await getPageAndJson(server, path), 404, "not_found")
			expectRefused(await postFormAndJson(server, path, { email: "ada@example.org" }), 404, "not_found")
		}
	})

	it("the account page does not speak of confirming", async () => {
		const person = somebody()
		await register(server, person)
		const cookie = sessionOf(await signIn(server, person)) ?? ""
		const page = await clientOf(server).get("/account", { Accept: "text/html", Cookie: cookie })
		expect(textOf(page)).toContain(person.email)
		expect(textOf(page)).not.toMatch(/confirm/i)
	})
})

describe.runIf(enabled)("where addresses are confirmed", () => {
	it("a registration that is not confirmed gets no session", async () => {
		const registered = await register(server, somebody())
		expect([registered.status, registered.json.verification]).toEqual([201, "sent"])
		expect(sessionOf(registered)).toBeUndefined()
	})
})
