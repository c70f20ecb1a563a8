import { beforeAll, describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import { expectPrivate, expectProblem } from "../support/answers"
import {
	type Answer,
	COOKIE,
	clientOf,
	newSession,
	type Person,
	registerVerified,
	sessionOf,
} from "../support/client"
import { exchange, requestText } from "../support/exchange"
import { rowsOf, userRow } from "../support/rows"
import { serverFixture } from "../support/server-fixture"
import { TOKEN_BACKENDS } from "../support/token-backends"

const { server, mailbox } = serverFixture()
const hasBearer = TOKEN_BACKENDS.includes("bearer")
const hasJwt = TOKEN_BACKENDS.includes("jwt")
let ada: Person
let bob: Person

beforeAll(async () => {
	ada = await registerVerified(server, mailbox)
	bob = await registerVerified(server, mailbox)
})

const credentials = ({ username, password }: Person) => ({ username, password })

async function newToken(name: string, person = ada, headers: Record<string, string> = {}): Promise<string> {
	const answer = await clientOf(server).postJson(`/login/${name}`, credentials(person), headers)
	if (answer.status !== 200) throw new Error(answer.text)
	return answer.json.access_token
}

function account(headers: Record<string, string>): Promise<Answer> {
	return clientOf(server).getJson("/account", headers)
}

const withToken = (token: string) => account({ Authorization: `Bearer ${token}` })

describe.each(TOKEN_BACKENDS)("B1: POST /login/%s", (name) => {
	it.each(["postJson", "postForm"] as const)("hands out a token and no cookie, by %s", async (post) => {
		const answer = await clientOf(server)[post](`/login/${name}`, credentials(ada))
		expect([answer.status, answer.cookies]).toEqual([200, []])
		expect(answer.headers.get("Content-Type")).toBe("application/json")
		const { access_token: token } = answer.json
		const lifetime = name === "jwt" ? lifetimeOf(token) : config.session.expirySeconds
		expect(answer.json).toEqual({ access_token: token, token_type: "bearer", expires_in: lifetime })
		expectPrivate(answer)
		const seen = await withToken(answer.json.access_token)
		expect([seen.status, seen.json.user.username]).toEqual([200, ada.username])
		expect(seen.json.session.backend).toBe(name)
		expect(userRow(server, ada.username).lastSignedInAt).not.toBeNull()
		expect(server.output()).not.toContain(answer.json.access_token)
	})

	it.each(["postJson", "postForm"] as const)("refuses as /login does, by %s", async (post) => {
		const before = rowsOf(server).sessions
		const client = clientOf(server)
		const wrong = { ...credentials(ada), password: "not the password" }
		expectProblem(await client[post](`/login/${name}`, wrong), 401, "credentials_invalid")
		expectProblem(await client[post](`/login/${name}`, {}), 422, "validation_failed")
		expect(rowsOf(server).sessions).toEqual(before)
	})

	it("takes POST only", async () => {
		for (const method of ["GET", "HEAD", "PUT", "DELETE"]) {
			const answer = await clientOf(server).send(`/login/${name}`, { method })
			expect([answer.status, answer.headers.get("Allow")]).toEqual([405, "POST"])
		}
	})

	it("the token counts with every type of body, in any letter case of the scheme", async () => {
		const token = await newToken(name)
		const client = clientOf(server)
		for (const scheme of ["Bearer", "bearer", "BEARER"]) {
			const Authorization = `${scheme} ${token}`
			expect((await client.getJson("/", { Authorization })).json.user.username).toBe(ada.username)
			const page = await client.get("/account", { Accept: "text/html", Authorization })
			expect([page.status, page.text.includes(ada.email)]).toEqual([200, true])
		}
	})

	it("the token is nobody's once the account was changed or switched off", async () => {
		const token = await newToken(name, bob)
		const change = (assignment: string) =>
			server.database.prepare(`UPDATE "User" SET ${assignment} WHERE username = ?`).run(bob.username)
		expect((await withToken(token)).status).toBe(200)
		change("active = false")
		expectUnauthenticated(await withToken(token))
		change("active = true, epoch = epoch + 1")
		expectUnauthenticated(await withToken(token))
		expect((await withToken(await newToken(name, bob))).status).toBe(200)
	})
})

/** What a JWT says of itself, in seconds. */
function lifetimeOf(token: string): number {
	const { iat, exp } = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString())
	return exp - iat
}

function expectUnauthenticated(answer: Answer): void {
	expectProblem(answer, 401, "unauthenticated")
	expect(answer.headers.get("WWW-Authenticate")).toBe("Bearer")
}

describe("B2: POST /login/cookie", () => {
	it("answers as /login", async () => {
		const client = clientOf(server)
		const json = await client.postJson("/login/cookie", credentials(ada))
		expect([json.status, json.json.user.username]).toEqual([200, ada.username])
		expect(sessionOf(json)).toBeDefined()
		const form = await client.postForm("/login/cookie", { ...credentials(ada), redirect_to: "/account" })
		expect([form.status, form.headers.get("Location")]).toEqual([303, "/account"])
		expect((await account({ Cookie: sessionOf(form) ?? "" })).json.session.backend).toBe("cookie")
	})

	it("shows the form again when it is refused", async () => {
		const wrong = { ...credentials(ada), password: "not the password", redirect_to: "/account" }
		const page = await clientOf(server).postForm("/login/cookie", wrong)
		expect([page.status, page.cookies]).toEqual([401, []])
		expect(page.text).toMatch(/<form[^>]*action="\/login"/)
		expect(page.text).toContain(ada.username)
		expectProblem(await clientOf(server).postJson("/login/cookie", wrong), 401, "credentials_invalid")
	})

	it("is a form's target only, and other names are nowhere", async () => {
		const client = clientOf(server)
		expect((await client.get("/login/cookie")).status).toBe(405)
		for (const name of ["nobody", "Bearer", "__proto__", "%00", "bearer/x", "%2e%2e"])
			expect([name, (await client.postJson(`/login/${name}`, credentials(ada))).status]).toEqual([
				name,
				name.startsWith("%") ? expect.any(Number) : 404,
			])
		expectProblem(await client.postJson("/login/nobody", credentials(ada)), 404, "not_found")
	})
})

describe("B4: signing out with a token", () => {
	it.runIf(hasBearer)("ends that bearer token and no other, by form and JSON", async () => {
		for (const post of ["postJson", "postForm"] as const) {
			const [token, other] = [await newToken("bearer"), await newToken("bearer")]
			const answer = await clientOf(server)[post]("/logout", {}, { Authorization: `Bearer ${token}` })
			expect([answer.status, sessionOf(answer)]).toEqual([post === "postJson" ? 204 : 303, undefined])
			expectUnauthenticated(await withToken(token))
			expect((await withToken(other)).status).toBe(200)
		}
	})

	it.runIf(hasJwt)("B3: answers the same for a JWT, which lives until it expires", async () => {
		const token = await newToken("jwt")
		const answer = await clientOf(server).postJson("/logout", {}, { Authorization: `Bearer ${token}` })
		expect([answer.status, answer.text, answer.cookies]).toEqual([204, "", []])
		expect((await withToken(token)).status).toBe(200)
	})

	it.runIf(hasBearer)("stores a bearer token's hash only, and nothing of a JWT", async () => {
		const before = rowsOf(server).sessions.length
		if (hasJwt) await newToken("jwt")
		expect(rowsOf(server).sessions).toHaveLength(before)
		const token = await newToken("bearer")
		expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/)
		const rows = JSON.stringify(server.database.prepare(`SELECT * FROM "Session"`).all())
		expect(rows).not.toContain(token)
		expect(rows).toContain('"backend":"bearer"')
	})

	it.runIf(hasBearer)(
		"H-15: a new token each time; one that comes with the request is replaced",
		async () => {
			const first = await newToken("bearer")
			const second = await newToken("bearer", ada, { Authorization: `Bearer ${first}` })
			expect(second).not.toBe(first)
			expectUnauthenticated(await withToken(first))
			expect((await withToken(second)).status).toBe(200)
			const made = "A".repeat(43)
			expect(await newToken("bearer", ada, { Authorization: `Bearer ${made}` })).not.toBe(made)
			expectUnauthenticated(await withToken(made))
		},
	)
})

describe("H-56: cookie and bearer are never mixed", () => {
	it("H-56: of two different people the token's counts", async () => {
		const Cookie = await newSession(server, ada)
		for (const name of TOKEN_BACKENDS) {
			const Authorization = `Bearer ${await newToken(name, bob)}`
			expect((await account({ Cookie, Authorization })).json.user.username).toBe(bob.username)
			await clientOf(server).postJson("/logout", {}, { Cookie, Authorization })
		}
		expect((await account({ Cookie })).json.user.username).toBe(ada.username)
	})

	it("H-56: a cookie's token is no bearer token, and the reverse", async () => {
		const Cookie = await newSession(server, ada)
		expectUnauthenticated(await withToken(Cookie.split("=")[1] ?? ""))
		expect((await account({ Cookie })).status).toBe(200)
		for (const name of TOKEN_BACKENDS)
			expectUnauthenticated(await account({ Cookie: `${COOKIE}=${await newToken(name)}` }))
	})

	it.runIf(hasBearer)(
		"H-56: everything that is not exactly one bearer token is 401, also beside a good cookie",
		async () => {
			const Cookie = await newSession(server, ada)
			const token = await newToken("bearer")
			const wrong = [
				"Bearer",
				"Bearer ",
				`Bearer  ${token}`,
				`Bearer\t${token}`,
				`Bearer ${token} x`,
				`Bearer ${token},`,
				`Bearer ${token}=`,
				`Bearer "${token}"`,
				`Bearer: ${token}`,
				`Bearer${token}`,
				`Token ${token}`,
				`Basic ${Buffer.from(`${ada.username}:${ada.password}`).toString("base64")}`,
				`Basic ${token}`,
				token,
				"Bearer %E0%A4%A",
				"Bearer \u00e9",
				`Bearer ${token}\u00a0`,
				`Bearer ${token}, Bearer ${token}`,
			]
			for (const Authorization of wrong) {
				const answer = await account({ Cookie, Authorization })
				expect([Authorization, answer.status, answer.json.code]).toEqual([
					Authorization,
					401,
					"unauthenticated",
				])
				expectUnauthenticated(answer)
			}
			const page = await clientOf(server).get("/account", {
				Accept: "text/html",
				Authorization: "Bearer x",
				Cookie,
			})
			expect([page.status, page.headers.get("Location")]).toEqual([303, "/login?redirect_to=%2Faccount"])
		},
	)

	it.runIf(hasBearer)("H-56: of two headers none counts", async () => {
		const [token, other] = [await newToken("bearer"), await newToken("bearer", bob)]
		const ask = (...headers: string[]) =>
			exchange(
				server,
				requestText("GET /account HTTP/1.1", [
					"Host: localhost",
					"Accept: application/json",
					"Connection: close",
					...headers.map((value) => `Authorization: ${value}`),
				]),
			)
		expect((await ask(`Bearer ${token}`)).status).toBe(200)
		expect((await ask(`Bearer ${token}`, `Bearer ${other}`)).status).toBe(401)
		expect((await ask(`Bearer ${token}`, `Bearer ${token}`)).status).toBe(401)
		expect((await ask("Basic eA==", `Bearer ${token}`)).status).toBe(401)
	})

	it.runIf(hasBearer)("H-56: a token in the query or the body is none", async () => {
		const token = await newToken("bearer")
		const client = clientOf(server)
		expectUnauthenticated(await client.getJson(`/account?access_token=${token}&token=${token}`))
		await client.postJson("/logout", { access_token: token })
		await client.postForm("/logout", { access_token: token })
		expect((await withToken(token)).status).toBe(200)
	})

	it.runIf(hasBearer)(
		"needs no origin check with a bearer token; without one, or with another scheme, it stays",
		async () => {
			const client = clientOf(server)
			const elsewhere = { Origin: "https://evil.test", "Sec-Fetch-Site": "cross-site" }
			const Authorization = `Bearer ${await newToken("bearer")}`
			expect((await client.postJson("/logout", {}, { ...elsewhere, Authorization })).status).toBe(204)
			const Cookie = await newSession(server, ada)
			const others: Record<string, string>[] = [
				{},
				{ Authorization: "Basic eDp4" },
				{ Authorization: "Bearer" },
			]
			for (const other of others)
				expectProblem(
					await client.postJson("/logout", {}, { ...elsewhere, Cookie, ...other }),
					403,
					"origin_refused",
				)
			// With a token that is nobody's, the cookie counts no more than with a good one.
			await client.postJson("/logout", {}, { ...elsewhere, Cookie, Authorization: "Bearer x" })
			expect((await account({ Cookie })).status).toBe(200)
		},
	)
})

it("H-33, H-41: a session of one back end opens nothing of somebody else", async () => {
	for (const name of TOKEN_BACKENDS) {
		const answer = await clientOf(server).get("/account.data", {
			Authorization: `Bearer ${await newToken(name, bob)}`,
		})
		expect(answer.text).toContain(bob.email)
		expect(answer.text).not.toContain(ada.email)
		const refused = await clientOf(server).get("/account.data", { Authorization: "Bearer x" })
		expect(refused.text).not.toContain("@example.org")
	}
})
