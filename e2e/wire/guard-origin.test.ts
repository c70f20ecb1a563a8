import { beforeAll, describe, expect, it } from "vitest"
import {
	COOKIE,
	clientOf,
	newSession,
	type Person,
	registerVerified,
	registrationOf,
	sessionOf,
	signIn,
	somebody,
} from "../support/client"
import { serverFixture } from "../support/server-fixture"

/** The address that visitors use; the server itself is behind a proxy. */
const APP_URL = "https://kit.test"
const UNSAFE_METHODS = ["POST", "PUT", "PATCH", "DELETE"]
const ROUTES = [
	"/",
	"/register",
	"/verify",
	"/verify/resend",
	"/login",
	"/logout",
	"/account",
	"/healthz",
	"/nowhere",
]
const BODIES: [type: string, body: string][] = [
	["application/x-www-form-urlencoded", "username=ada&password=correct+horse+battery"],
	[
		"multipart/form-data; boundary=b",
		'--b\r\nContent-Disposition: form-data; name="username"\r\n\r\nada\r\n--b--\r\n',
	],
	["text/plain", '{"username":"ada","password":"correct horse battery"}'],
	["application/json", '{"username":"ada","password":"correct horse battery"}'],
]

const { server, mailbox } = serverFixture({ APP_URL })
let person: Person

beforeAll(async () => {
	person = await registerVerified(server, mailbox)
})

const countRows = () =>
	server.database
		.prepare(`SELECT (SELECT count(*) FROM "User") users, (SELECT count(*) FROM "Session") sessions`)
		.get() as { users: number; sessions: number }

/** A right sign-in: whatever lets it through hands out a session. */
const signInWith = (headers: Record<string, string>) => signIn(server, person, headers)

describe("requests from other sites", () => {
	it("H-18: are refused on every route, with every method and type of body", async () => {
		const before = countRows()
		for (const path of ROUTES)
			for (const method of UNSAFE_METHODS)
				for (const [type, body] of BODIES) {
					const headers = {
						Accept: "application/json",
						"Content-Type": type,
						Origin: "https://evil.test",
						"Sec-Fetch-Site": "cross-site",
					}
					const answer = await clientOf(server).send(path, { method, headers, body })
					expect([path, method, type, answer.status, answer.json?.code]).toEqual([
						path,
						method,
						type,
						403,
						"origin_refused",
					])
					expect(answer.cookies).toEqual([])
				}
		expect(countRows()).toEqual(before)
	})

	it("H-18: are told so on a page when a person sent them", async () => {
		const { username, password } = person
		const answer = await clientOf(server).postForm(
			"/login",
			{ username, password },
			{ Origin: "https://evil.test" },
		)
		expect(answer.status).toBe(403)
		expect(answer.headers.get("Content-Type")).toMatch(/^text\/html/)
		expect(answer.text).toContain("another site")
		expect(answer.cookies).toEqual([])
	})

	it("H-20: never have JSON read that came under no type or as plain text, from any site", async () => {
		for (const site of ["cross-site", "same-site", "same-origin"])
			for (const type of ["text/plain", "text/plain; charset=utf-8", ""]) {
				const answer = await clientOf(server).send("/login", {
					method: "POST",
					headers: { Accept: "application/json", "Sec-Fetch-Site": site, "Content-Type": type },
					body: JSON.stringify({ username: person.username, password: person.password }),
				})
				const expected = site === "same-origin" ? [415, "unsupported_media_type"] : [403, "origin_refused"]
				expect([site, type, answer.status, answer.json?.code]).toEqual([site, type, ...expected])
				expect(answer.cookies).toEqual([])
			}
	})

	it("H-22: are refused from a sibling site, also with a session cookie that it tossed", async () => {
		const { username, email, ...rest } = somebody()
		const fields = registrationOf({ username, email, ...rest })
		for (const cookie of ["", `__Host-${COOKIE}=${"A".repeat(43)}`, `${COOKIE}=${"A".repeat(43)}`])
			for (const site of [{ "Sec-Fetch-Site": "same-site" }, {}] as Record<string, string>[]) {
				const headers = { Origin: "https://blog.kit.test", Cookie: cookie, ...site }
				const answer = await clientOf(server).postForm("/register", fields, headers)
				expect(answer.status).toBe(403)
				expect(answer.cookies).toEqual([])
			}
		expect(server.database.prepare(`SELECT count(*) n FROM "User" WHERE username = ?`).get(username)).toEqual(
			{ n: 0 },
		)
		expect(mailbox.mails.filter((mail) => mail.envelope.to.includes(email))).toEqual([])
	})

	it("H-24: can neither sign anybody in nor out, whatever they say of the host", async () => {
		const cookie = await newSession(server, person)
		expect(cookie).toMatch(new RegExp(`^__Host-${COOKIE}=`))
		for (const path of ["/login", "/logout"]) {
			const headers = {
				Origin: "https://evil.test",
				"X-Forwarded-Host": "evil.test",
				"X-Forwarded-Proto": "https",
			}
			const { username, password } = person
			for (const send of ["postForm", "postJson"] as const) {
				const answer = await clientOf(server)[send](
					path,
					{ username, password },
					{ ...headers, Cookie: cookie },
				)
				expect([path, send, answer.status]).toEqual([path, send, 403])
				expect(answer.cookies).toEqual([])
			}
		}
		const account = await clientOf(server).getJson("/account", { Cookie: cookie })
		expect(account.status).toBe(200)
	})
})

describe("what says where a request comes from", () => {
	const foreign = [
		"null",
		"",
		"https://kit.test.evil",
		"https://evilkit.test",
		"https://kit.test:444",
		"http://kit.test",
		"https://user@kit.test",
		"https://kit.test/",
		"https://KIT.test.",
		"https://kit.test, https://kit.test",
		"https://kit.test https://evil.test",
		"file://",
		"%00",
		"\u00e9",
		"x".repeat(2_000),
	]

	it.each(foreign)("H-21: Origin %j alone is refused", async (origin) => {
		const answer = await signInWith({ Origin: origin })
		expect([answer.status, answer.json?.code]).toEqual([403, "origin_refused"])
		expect(answer.cookies).toEqual([])
	})

	it.each(foreign)("H-21: Origin %j with a foreign or broken Sec-Fetch-Site is refused", async (origin) => {
		for (const site of ["cross-site", "same-site", "", "garbage", "same-origin, cross-site"]) {
			const answer = await signInWith({ Origin: origin, "Sec-Fetch-Site": site })
			expect([site, answer.status, answer.json?.code]).toEqual([site, 403, "origin_refused"])
			expect(answer.cookies).toEqual([])
		}
	})

	it("H-21: our own pages are heard, also those that browsers give the origin null", async () => {
		for (const headers of [
			{ Origin: "https://kit.test" },
			{ Origin: "https://kit.test", "Sec-Fetch-Site": "same-origin" },
			{ Origin: "null", "Sec-Fetch-Site": "same-origin" },
			{ "Sec-Fetch-Site": "same-origin" },
			{ "Sec-Fetch-Site": "none" },
		]) {
			const answer = await signInWith(headers as Record<string, string>)
			expect([headers, answer.status]).toEqual([headers, 200])
			expect(sessionOf(answer)).toBeDefined()
		}
	})

	it("H-21: a program, which sends neither header, is heard, with a cookie and without", async () => {
		const first = await signInWith({})
		expect(first.status).toBe(200)
		const again = await signInWith({ Cookie: sessionOf(first) ?? "" })
		expect(again.status).toBe(200)
	})
})
