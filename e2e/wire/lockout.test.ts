import { describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import { expectPrivate } from "../support/answers"
import {
	type Answer,
	clientOf,
	freshAddress,
	linkFields,
	longEnough,
	type Person,
	registerVerified,
	sessionOf,
	signIn,
} from "../support/client"
import { serverFixture } from "../support/server-fixture"

const { server, mailbox } = serverFixture()
const { wrongPasswordPerAccount: ACCOUNT, wrongPasswordPerDevice: DEVICE } = config.limits
const WRONG = "not the password"
const NEW = longEnough("staple lantern orbit")

/** All cookies that an answer set, as the next request sends them. */
const cookiesOf = ({ cookies }: Answer) =>
	cookies
		.map((cookie) => cookie.split(";")[0] ?? "")
		.filter((pair) => !pair.endsWith("="))
		.join("; ")
const deviceOf = (answer: Answer) =>
	cookiesOf(answer)
		.split("; ")
		.find((pair) => pair.startsWith("device=")) ?? ""

/** Strangers, each from an address of its own, until the account is shut to them. */
async function hammer(person: Person): Promise<void> {
	for (let count = 0; count < ACCOUNT.points; count++) await signIn(server, { ...person, password: WRONG })
	expect((await signIn(server, person)).status).toBe(429)
}

describe("H-51: while strangers use an account's wrong passwords up", () => {
	it("its owner signs in, by form and JSON, in a browser that did before, and may even mistype", async () => {
		const person = await registerVerified(server, mailbox)
		const first = await signIn(server, person)
		const Cookie = deviceOf(first)
		await hammer(person)
		const { username, password } = person
		const client = clientOf(server)
		expect((await client.postJson("/login", { username, password: WRONG }, { Cookie })).status).toBe(401)
		const json = await client.postJson("/login", { username: person.email, password }, { Cookie })
		expect([json.status, sessionOf(json)]).toEqual([200, expect.any(String)])
		const form = await client.postForm("/login", { username, password }, { Cookie })
		expect([form.status, sessionOf(form)]).toEqual([303, expect.any(String)])
		expectPrivate(form)
		// That the owner signed in gives the strangers nothing.
		expect((await signIn(server, person)).status).toBe(429)
	})

	it("it also works from an address whose budget strangers used up", async () => {
		const person = await registerVerified(server, mailbox)
		const Cookie = deviceOf(await signIn(server, person))
		const shared = clientOf(server, freshAddress())
		const { points } = config.limits.wrongPasswordPerClient
		for (let count = 0; count < points; count++)
			await shared.postJson("/login", { username: `nobody-${count}`, password: WRONG })
		const { username, password } = person
		expect((await shared.postJson("/login", { username, password })).status).toBe(429)
		expect((await shared.postJson("/login", { username, password }, { Cookie })).status).toBe(200)
	})

	it("a password is changed by who is signed in, and the browser stays known", async () => {
		const person = await registerVerified(server, mailbox)
		const signedIn = await signIn(server, person)
		await hammer(person)
		const changed = await clientOf(server).postJson(
			"/account/password",
			{ current_password: person.password, password: NEW, confirm_password: NEW },
			{ Cookie: cookiesOf(signedIn) },
		)
		expect(changed.status).toBe(200)
		const renewed = { ...person, password: NEW }
		expect((await signIn(server, renewed)).status).toBe(429)
		expect((await signIn(server, renewed, { Cookie: deviceOf(changed) })).status).toBe(200)
		// What the browser had before died with the account's epoch.
		expect((await signIn(server, renewed, { Cookie: deviceOf(signedIn) })).status).toBe(429)
	})

	it("a known browser that uses its own budget up is a stranger", async () => {
		const person = await registerVerified(server, mailbox)
		const other = await registerVerified(server, mailbox)
		const Cookie = deviceOf(await signIn(server, person))
		const wrong = () => signIn(server, { ...person, password: WRONG }, { Cookie })
		for (let count = 0; count < DEVICE.points + ACCOUNT.points; count++)
			expect((await wrong()).status).toBe(401)
		expect((await wrong()).status).toBe(429)
		expect((await signIn(server, person, { Cookie })).status).toBe(429)
		// It was never known for anybody else's account.
		await hammer(other)
		expect((await signIn(server, other, { Cookie })).status).toBe(429)
	})

	it("a new password by mail opens the account to everybody, but gives a browser's own budget not back", async () => {
		const person = await registerVerified(server, mailbox)
		const Cookie = deviceOf(await signIn(server, person))
		const count = DEVICE.points + ACCOUNT.points
		for (let tries = 0; tries < count; tries++)
			await signIn(server, { ...person, password: WRONG }, { Cookie })
		await clientOf(server).postJson("/forgot-password", { email: person.email })
		let link = ""
		while (!link.includes("/reset-password?")) link = (await mailbox.next(person.email)).links[0] ?? ""
		const password = NEW
		const chosen = { ...linkFields(link), password, confirm_password: password }
		expect((await clientOf(server).postJson("/reset-password", chosen)).status).toBe(200)
		expect((await signIn(server, { ...person, password })).status).toBe(200)
		const wrong = () => signIn(server, { ...person, password: WRONG }, { Cookie })
		const statuses = []
		for (let tries = 0; tries < ACCOUNT.points + 1; tries++) statuses.push((await wrong()).status)
		expect(statuses).toEqual([...Array(ACCOUNT.points).fill(401), 429])
	})
})

describe("the cookie that marks a browser", () => {
	it("is for the server only, lasts, and tells nothing of the account; signing out leaves it", async () => {
		const person = await registerVerified(server, mailbox)
		const signedIn = await signIn(server, person)
		const [set = ""] = signedIn.cookies.filter((cookie) => cookie.startsWith("device="))
		expect(set).toMatch(
			/^device=[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=34560000$/,
		)
		const signedOut = await clientOf(server).postForm("/logout", {}, { Cookie: cookiesOf(signedIn) })
		expect(signedOut.cookies.join()).not.toContain("device=")
	})

	it("comes with the right password only, and opens nothing by itself", async () => {
		const person = await registerVerified(server, mailbox)
		expect((await signIn(server, { ...person, password: WRONG })).cookies).toEqual([])
		const Cookie = deviceOf(await signIn(server, person))
		expect((await clientOf(server).getJson("/account", { Cookie })).status).toBe(401)
	})
})
