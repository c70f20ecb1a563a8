import { describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import { expectProblem } from "../support/answers"
import {
	clientOf,
	register,
	registerVerified,
	registrationCookieOf,
	registrationOf,
	somebody,
} from "../support/client"
import { rowsOf } from "../support/rows"
import { serverFixture } from "../support/server-fixture"

const { server, mailbox } = serverFixture()

function check(body: object, headers: Record<string, string> = {}) {
	return clientOf(server).postJson("/register/check", body, headers)
}

async function registrationErrors(change: object): Promise<Record<string, string[]>> {
	const person = { ...somebody(), ...change }
	const answer = await clientOf(server).postJson("/register", registrationOf(person))
	return answer.json.errors ?? {}
}

describe("what the form asks while it is filled in", () => {
	it("is answered by the rules of registering, in the same words", async () => {
		const { username: taken } = await registerVerified(server, mailbox)
		for (const change of [
			{ username: taken },
			{ username: taken.toUpperCase() },
			{ username: ` ${taken} ` },
			{ username: "?" },
			{ username: "x".repeat(config.username.maxLength + 1) },
			{ password: "a" },
			{ password: "a".repeat(config.password.maxCodePoints + 1) },
			{ password: "abcdefgh".repeat(4) },
			{ password: "abcdefg", username: "abcdefg" },
			{ password: "my name is ada lovelace", username: "ada-lovelace".replace("-", " ") },
		]) {
			const { username, password } = await registrationErrors(change)
			const said = (await check(change)).json.faults
			expect([change, said]).toEqual([
				change,
				{ ...(username && { username }), ...(password && { password }) },
			])
		}
		const { username, password } = somebody()
		const good = await check({ username, password })
		expect([good.status, good.json.faults]).toEqual([200, {}])
	})

	it("tells a password that withstands who has its hash from one that only withstands guessing", async () => {
		const long = "walnut gravel tidal umbrella seven"
		expect((await check({ password: long })).json).toEqual({ faults: {}, strong_password: true })
		expect((await check({ username: "somebody" })).json.strong_password).toBe(false)
		expect((await check({ password: "x" })).json.strong_password).toBe(false)
	})

	it("says nothing of addresses, but what a password must not hold", async () => {
		const { email } = await registerVerified(server, mailbox)
		const free = somebody().email
		const answers = [await check({ email }), await check({ email: free })]
		expect(answers.map(({ json }) => json)).toEqual(Array(2).fill({ faults: {}, strong_password: false }))
		const local = email.slice(0, email.indexOf("@"))
		const held = await check({ email, password: `${local} walnut gravel tidal umbrella` })
		expect(Object.keys(held.json.faults)).toEqual(["password"])
	})

	it.runIf(config.verification.enabled)(
		"does not find taken what this browser registered before",
		async () => {
			const person = somebody()
			const cookie = registrationCookieOf(await register(server, person))
			const { username } = person
			expect((await check({ username }, { Cookie: cookie })).json.faults).toEqual({})
			expect(Object.keys((await check({ username })).json.faults)).toEqual(["username"])
		},
	)

	it("changes nothing, and echoes no password", async () => {
		const before = rowsOf(server)
		const password = "walnut gravel tidal umbrella"
		const { text } = await check({ username: "free-as-a-bird", email: "a@example.org", password })
		expect(text).not.toContain("walnut")
		expect(rowsOf(server)).toEqual(before)
	})

	it("is limited per client, and takes what nobody could type in its stride", async () => {
		const client = clientOf(server)
		const { points } = config.limits.registrationCheckPerClient
		for (const body of [
			{ username: "x".repeat(60_000) },
			{ password: "\u0301".repeat(20_000) },
			{ email: "@".repeat(60_000) },
		])
			expect((await client.postJson("/register/check", body)).status).toBeLessThan(500)
		expectProblem(await client.postJson("/register/check", { username: ["x"] }), 422, "validation_failed")
		let limited = 0
		for (let index = 0; index <= points; index++)
			if ((await client.postJson("/register/check", { username: "somebody" })).status === 429) limited++
		expect(limited).toBeGreaterThan(0)
	})

	it("has no page", async () => {
		const answer = await clientOf(server).get("/register/check")
		expect(answer.status).toBe(405)
	})
})
