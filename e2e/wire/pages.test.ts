import { beforeAll, describe, expect, it } from "vitest"
import { expectPrivate, expectRefused, getPageAndJson, postFormAndJson, textOf } from "../support/answers"
import {
	clientOf,
	newSession,
	type Person,
	register,
	registerVerified,
	registrationOf,
	somebody,
} from "../support/client"
import { serverFixture } from "../support/server-fixture"

const { server, mailbox } = serverFixture()
let person: Person
let cookie: string

beforeAll(async () => {
	person = await registerVerified(server, mailbox)
	cookie = await newSession(server, person)
})

describe("GET /", () => {
	it("welcomes a stranger, and says nothing of anybody", async () => {
		const { form, json } = await getPageAndJson(server, "/")
		expect([form.status, json.status]).toEqual([200, 200])
		expect(json.json).toEqual({ user: null })
		expect(form.text).toContain('href="/login"')
		expect(form.text).toContain('href="/register?redirect_to=%2Faccount"')
		expectPrivate(form)
		expectPrivate(json)
	})

	it("greets who is signed in", async () => {
		const { form, json } = await getPageAndJson(server, "/", { Cookie: cookie })
		expect(json.json.user).toMatchObject({ username: person.username, email: person.email })
		expect(textOf(form)).toContain(person.username)
		expect(form.text).toContain('href="/account"')
	})

	it("shows what happened just before once only", async () => {
		const client = clientOf(server)
		const signedOut = await client.postForm("/logout", {}, { Cookie: await newSession(server, person) })
		const notice = signedOut.cookies.find((set) => set.startsWith("notice="))?.split(";")[0] ?? ""
		const page = await client.get("/login", { Cookie: notice })
		expect(page.text).toContain('role="status"')
		expect(page.cookies).toEqual([expect.stringMatching(/^notice=; .*Max-Age=0/)])
		const forged = await client.get("/login", {
			Cookie: "notice=<script>alert(1)</script>; notice=__proto__",
		})
		expect(forged.text).not.toContain("alert(1)")
		expect(forged.text).not.toContain('role="status"')
	})
})

describe("a page's length", () => {
	it.each(["/login", "/nowhere"])("is told with %s, unless it is compressed", async (path) => {
		const ask = async (method: string, encoding: string) => {
			const headers = { Accept: "text/html", "Accept-Encoding": encoding }
			const { headers: got, text } = await clientOf(server).send(path, { method, headers })
			const length = got.get("Content-Length")
			return { length, encoding: got.get("Content-Encoding"), bytes: Buffer.byteLength(text) }
		}
		const whole = await ask("GET", "identity")
		expect(whole).toMatchObject({ length: `${whole.bytes}`, encoding: null })
		expect(whole.bytes).toBeGreaterThan(1_000)
		expect(await ask("HEAD", "gzip")).toEqual({ length: null, encoding: null, bytes: 0 })
		expect(await ask("GET", "gzip")).toMatchObject({ length: null, encoding: "gzip" })
	})
})

describe("GET /__manifest", () => {
	it("tells a page's script of the routes that it links to", async () => {
		const client = clientOf(server)
		const version = /manifest-(\w+)\.js/.exec((await client.get("/logout")).text)?.[1] ?? ""
		const { text } = await client.get(`/__manifest?p=%2Flogin&p=%2Faccount%2Fpassword&version=${version}`)
		expect(Object.keys(JSON.parse(text))).toEqual(
			expect.arrayContaining(["routes/login", "routes/password-change"]),
		)
	})
})

describe("a page that was rendered for somebody before", () => {
	it("is the same for all strangers but for its nonce, which is that of its policy", async () => {
		const client = clientOf(server)
		const pages = [await client.get("/login"), await client.get("/login"), await client.get("/login")]
		const nonces = pages.map(({ headers, text }) => {
			const nonce = /'nonce-([^']+)'/.exec(headers.get("Content-Security-Policy") ?? "")?.[1] ?? "none"
			expect(text.split(`nonce="${nonce}"`).length).toBeGreaterThan(3)
			return nonce
		})
		expect(new Set(nonces).size).toBe(3)
		const texts = pages.map(({ text }, index) => text.replaceAll(nonces[index] ?? "", "-"))
		expect(new Set(texts).size).toBe(1)
	})

	it("says nothing to others of who was signed in, had a notice, a query or a refused form", async () => {
		const client = clientOf(server)
		const stranger = (await client.get("/")).text
		expect((await client.get("/", { Cookie: cookie })).text).toContain(person.username)
		const page = await client.get("/login?redirect_to=/account")
		expect(textOf(page)).toContain("Sign in to continue.")
		await client.postForm("/login", { username: "somebody-wrong", password: "wrong password" })
		const again = await client.get("/login")
		expect(again.text).not.toContain("somebody-wrong")
		expect(textOf(again)).not.toContain("Sign in to continue.")
		const withoutNonces = (text: string) => text.replace(/nonce="[^"]*"/g, "")
		expect(withoutNonces((await client.get("/")).text)).toBe(withoutNonces(stranger))
	})
})

describe("what is not there", () => {
	it.each([
		"/nothing",
		"/account/nothing",
		"/verify/nothing",
		"/.env",
		"/login.php",
		"/dev/mail",
		"/dev/mail/x",
		"/dev",
	])("%s is not found, as a page and as JSON", async (path) => {
		const refused = await getPageAndJson(server, path, { Cookie: cookie })
		expectRefused(refused, 404, "not_found")
		expect(refused.form.text).not.toContain(person.email)
	})

	it("is not found by a form either, and its name is not repeated", async () => {
		const path = "/nothing<b>here"
		expectRefused(await postFormAndJson(server, path, { a: "b" }), 404, "not_found")
		expect((await clientOf(server).get(path)).text).not.toContain("nothing<b>")
	})

	it("without a body to a HEAD request", async () => {
		const answer = await clientOf(server).send("/nothing", { method: "HEAD" })
		expect([answer.status, answer.text]).toEqual([404, ""])
		expectPrivate(answer)
	})
})

describe("/healthz and /readyz", () => {
	it.each(["/healthz", "/readyz"])("%s answers everybody with JSON", async (path) => {
		for (const answer of Object.values(await getPageAndJson(server, path))) {
			expect([answer.status, answer.json]).toEqual([200, { status: "ok" }])
			expect(answer.headers.get("Content-Type")).toMatch(/^application\/json/)
			expectPrivate(answer)
			expect(answer.cookies).toEqual([])
		}
	})
})

describe("what goes wrong on our side", () => {
	it("is told by nothing but the request's id, which the log explains", async () => {
		const { database } = server
		database.exec(`ALTER TABLE "User" RENAME COLUMN "updatedAt" TO "elsewhere"`)
		const person = somebody()
		try {
			const refused = await postFormAndJson(server, "/register", registrationOf(person))
			expectRefused(refused, 500, "internal")
			const ids = [refused.json.json.request_id, refused.form.headers.get("X-Request-Id")]
			expect(ids[0]).toBe(refused.json.headers.get("X-Request-Id"))
			expect(refused.form.text).toContain(ids[1])
			for (const { text } of [refused.json, refused.form])
				expect(text).not.toMatch(/updatedAt|elsewhere|no column|PrismaClient|\.server\.|stack/i)
			for (const id of ids) {
				const line = server
					.logLines()
					.find((entry) => entry.event === "request.failed" && entry.request_id === id)
				expect(line).toBeDefined()
				expect(JSON.stringify(line)).not.toContain(person.password)
				expect(JSON.stringify(line)).not.toContain(person.email)
			}
		} finally {
			database.exec(`ALTER TABLE "User" RENAME COLUMN "elsewhere" TO "updatedAt"`)
		}
		expect(
			database.prepare(`SELECT count(*) FROM "User" WHERE username = ?`).pluck().get(person.username),
		).toBe(0)
		expect((await register(server, person)).status).toBe(201)
	})
})
