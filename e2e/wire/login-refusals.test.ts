import { describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import { expectRefused, postFormAndJson } from "../support/answers"
import { clientOf, freshAddress, type Person, register, registerVerified, somebody } from "../support/client"
import { comparable } from "../support/comparable"
import { rowsOf } from "../support/rows"
import { serverFixture } from "../support/server-fixture"

const { server, mailbox } = serverFixture()
const ACCOUNT = config.limits.wrongPasswordPerAccount
const CLIENT = config.limits.wrongPasswordPerClient
const WRONG = "not the password"

function change(person: Person, assignment: string): void {
	server.database.prepare(`UPDATE "User" SET ${assignment} WHERE username = ?`).run(person.username)
}

describe("H-36: who cannot sign in learns nothing of why", () => {
	it("H-36: unknown, wrong, inactive, broken and unverified are one answer, by name and by address", async () => {
		const known = await registerVerified(server, mailbox)
		const inactive = await registerVerified(server, mailbox)
		const broken = await registerVerified(server, mailbox)
		const withoutPassword = await registerVerified(server, mailbox)
		const unverified = somebody()
		await register(server, unverified)
		change(inactive, "active = false")
		change(broken, `"passwordHash" = '$argon2id$broken'`)
		change(withoutPassword, `"passwordHash" = ''`)
		const before = rowsOf(server)

		const tries: [string, Person, string][] = [
			["unknown", somebody(), WRONG],
			["wrong", known, WRONG],
			["inactive", inactive, WRONG],
			["inactive with the right password", inactive, inactive.password],
			["broken", broken, broken.password],
			["without a password", withoutPassword, withoutPassword.password],
			["unverified", unverified, WRONG],
		]
		const seen = new Map<string, string>()
		for (const [what, person, password] of tries)
			for (const username of [person.username, person.email]) {
				const { form, json } = await postFormAndJson(server, "/login", { username, password })
				expectRefused({ form, json }, 401, "credentials_invalid")
				const answers = [comparable(json, [username]), comparable(form, [username])]
				seen.set(JSON.stringify(answers), `${what}: ${username}`)
			}
		expect([...seen.values()]).toHaveLength(1)
		expect(rowsOf(server)).toEqual(before)
	})
})

describe("H-49: the count of wrong passwords cannot be dodged", () => {
	async function wrong(
		username: string,
		address = freshAddress(),
		as: "form" | "json" = "json",
		path = "/login",
	) {
		const client = clientOf(server, address)
		const fields = { username, password: WRONG }
		return as === "json" ? client.postJson(path, fields) : client.postForm(path, fields)
	}

	it("H-49: by name or address, in any case, padded, by form or JSON, under a path's other spelling", async () => {
		const { username, email, password } = await registerVerified(server, mailbox)
		const names = [username, email, username.toUpperCase(), email.toUpperCase(), ` ${username}`, `${email} `]
		for (const name of names) expect((await wrong(name)).status).toBe(401)
		for (const name of [username, email]) expect((await wrong(name, freshAddress(), "form")).status).toBe(401)
		expect((await wrong(username, freshAddress(), "json", "/login?x=1")).status).toBe(401)
		expect((await wrong(username, freshAddress(), "form", "/login/")).status).toBe(401)
		const before = rowsOf(server)
		for (const name of names) {
			const refused = await postFormAndJson(server, "/login", { username: name, password })
			expectRefused(refused, 429, "rate_limited")
			for (const { headers } of [refused.form, refused.json]) {
				expect(Number(headers.get("Retry-After"))).toBeGreaterThan(ACCOUNT.durationSeconds - 100)
				expect(Number(headers.get("Retry-After"))).toBeLessThanOrEqual(ACCOUNT.durationSeconds)
				expect(headers.get("RateLimit-Limit")).toBe(String(ACCOUNT.points))
				expect(headers.get("RateLimit-Remaining")).toBe("0")
				expect(headers.get("RateLimit-Reset")).toBe(headers.get("Retry-After"))
			}
		}
		expect(rowsOf(server)).toEqual(before)
		expect((await wrong(username, freshAddress(), "json", "/LOGIN")).status).toBe(429)
		expect((await wrong(username, freshAddress(), "json", "/login/")).status).toBe(429)
	})

	it("H-49: an account that does not exist is limited like one that does", async () => {
		const { username } = somebody()
		for (let count = 0; count < ACCOUNT.points; count++) expect((await wrong(username)).status).toBe(401)
		expectRefused(await postFormAndJson(server, "/login", { username, password: WRONG }), 429, "rate_limited")
	})

	it("H-49: from one client address, however it is written, by IPv4 or from one /64", async () => {
		const spellings = [
			["203.0.113.7", "::ffff:203.0.113.7", "::FFFF:203.0.113.7", " 203.0.113.7 ", "203.0.113.7:8080"],
			[
				"2001:db8:1:2::1",
				"2001:db8:1:2:ffff::9",
				"[2001:db8:1:2::3]",
				"2001:DB8:1:2:0:0:0:4",
				"[2001:db8:1:2::5]:443",
			],
		]
		for (const same of spellings) {
			for (let count = 0; count < CLIENT.points; count++) {
				const { status } = await wrong(somebody().username, same[count % same.length])
				expect([same[count % same.length], count, status]).toEqual([same[count % same.length], count, 401])
			}
			for (const address of same) {
				const refused = await wrong(somebody().username, address)
				expect([address, refused.status, refused.headers.get("RateLimit-Limit")]).toEqual([
					address,
					429,
					String(CLIENT.points),
				])
			}
		}
		expect((await wrong(somebody().username, "203.0.113.8")).status).toBe(401)
		expect((await wrong(somebody().username, "2001:db8:1:3::1")).status).toBe(401)
	})
})
