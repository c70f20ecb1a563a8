import { beforeAll, describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import { clientOf, newSession, type Person, registerVerified } from "../support/client"
import { exchange, requestText } from "../support/exchange"
import { startServer } from "../support/server"
import { serverFixture } from "../support/server-fixture"

const { server, mailbox } = serverFixture({ APP_URL: "https://kit.test" })
let person: Person
let cookie: string

beforeAll(async () => {
	person = await registerVerified(server, mailbox)
	cookie = await newSession(server, person)
})

const credentials = () => ({ username: person.username, password: person.password })
const get = (path: string, headers: Record<string, string> = {}) => clientOf(server).get(path, headers)
const html = { Accept: "text/html" }

function expectSecurityHeaders(headers: Headers): void {
	expect(Object.fromEntries(headers)).toMatchObject({
		"x-content-type-options": "nosniff",
		"referrer-policy": "same-origin",
		"cross-origin-opener-policy": "same-origin",
		"cross-origin-resource-policy": "same-origin",
		"permissions-policy": expect.stringContaining("camera=()"),
		"strict-transport-security": expect.stringMatching(/^max-age=\d{8,}/),
		"x-request-id": expect.stringMatching(/^[0-9a-f-]{36}$/),
		vary: expect.stringMatching(/\bAccept\b(?!-)/),
	})
	const policy = headers.get("Content-Security-Policy") ?? ""
	expect(policy).toContain("default-src 'none'")
	expect(policy).toContain("frame-ancestors 'none'")
	expect(policy).toContain("base-uri 'none'")
	expect(policy).toMatch(/script-src 'self' 'nonce-[A-Za-z0-9+/=]{22,}'(;|$)/)
	expect(policy).not.toMatch(/unsafe-(inline|eval)|\*|http:/)
	expect(headers.get("X-Powered-By")).toBeNull()
	expect(headers.get("Server")).toBeNull()
}

describe("headers that every answer has", () => {
	const client = () => clientOf(server)
	const cases: [title: string, status: number, () => Promise<{ status: number; headers: Headers }>][] = [
		["a page", 200, () => get("/login", html)],
		["a page of one's own", 200, () => get("/account", { ...html, Cookie: cookie })],
		["JSON", 200, () => client().getJson("/account", { Cookie: cookie })],
		["HEAD", 200, () => client().send("/login", { method: "HEAD" })],
		["a redirect after a form", 303, () => client().postForm("/login", credentials())],
		["a redirect to sign in", 303, () => get("/account", html)],
		["signing in", 200, () => client().postJson("/login", credentials())],
		["an answer without a body", 204, () => client().postJson("/logout", {})],
		["a data request", 200, () => get("/login.data")],
		["a redirecting data request", 202, () => get("/account.data")],
		["the router's manifest", 204, () => get("/__manifest?p=/login&version=0")],
		["liveness", 200, () => get("/healthz")],
		["readiness", 200, () => get("/readyz")],
		["a wrong link", 400, () => get("/verify?user_id=1", html)],
		["a malformed body", 400, () => client().postJson("/login", "{")],
		["a wrong password", 401, () => client().postJson("/login", { ...credentials(), password: "wrong" })],
		["no session", 401, () => client().getJson("/account")],
		["another site", 403, () => client().postForm("/login", credentials(), { Origin: "https://evil.test" })],
		["no such page", 404, () => get("/nowhere", html)],
		["no such page, as JSON", 404, () => client().getJson("/nowhere")],
		["development's pages", 404, () => client().getJson("/dev/mail")],
		["development's mails", 404, () => client().getJson("/dev/mail/1")],
		["no such asset", 404, () => get("/assets/nothing.js")],
		["a page without that method", 405, () => client().postJson("/", {})],
		["a probe without that method", 405, () => client().postJson("/healthz", {})],
		["too many bytes", 413, () => client().postJson("/login", "a".repeat(70_000))],
		["another type", 415, () => client().send("/login", { method: "POST", body: "text" })],
		["a form to be corrected", 422, () => client().postForm("/register", {})],
		["an address that is too long", 414, () => get(`/${"a".repeat(9_000)}`)],
		["no Host", 400, () => exchange(server, "GET / HTTP/1.1\r\n\r\n")],
		["no HTTP", 400, () => exchange(server, "garbage\r\n\r\n")],
		[
			"too many headers",
			431,
			() => exchange(server, `GET / HTTP/1.1\r\nHost: a\r\nA: ${"a".repeat(20_000)}\r\n\r\n`),
		],
		[
			"an unknown expectation",
			200,
			() => exchange(server, requestText("GET / HTTP/1.1", ["Host: a", "Expect: x", "Connection: close"])),
		],
	]
	it.each(cases.filter(([title]) => config.verification.enabled || title !== "a wrong link"))(
		"%s (%i): no-store and security headers",
		async (_title, status, request) => {
			const answer = await request()
			expect(answer.status).toBe(status)
			expectSecurityHeaders(answer.headers)
			expect(answer.headers.get("Cache-Control")).toBe("no-store")
		},
	)

	it("429: no-store, security headers, and how long to wait", async () => {
		const one = clientOf(server)
		const tries = Array.from({ length: config.limits.wrongPasswordPerClient.points + 1 }, (_, index) =>
			one.postJson("/login", { username: `x${index}`, password: "wrong" }),
		)
		const limited = (await Promise.all(tries)).find((answer) => answer.status === 429)
		expect(limited?.headers.get("Retry-After")).toMatch(/^[1-9]\d*$/)
		expect(limited?.headers.get("Cache-Control")).toBe("no-store")
		expectSecurityHeaders(limited?.headers ?? new Headers())
	})

	it("HSTS only where the address is https", async () => {
		const plain = await startServer()
		try {
			expect((await clientOf(plain).get("/login")).headers.get("Strict-Transport-Security")).toBeNull()
			const spoofed = await clientOf(plain).get("/login", { "X-Forwarded-Proto": "https" })
			expect(spoofed.headers.get("Strict-Transport-Security")).toBeNull()
		} finally {
			await plain.stop()
		}
	})

	it("each answer has a request id of its own, which the log has too", async () => {
		const ids = [await get("/login"), await get("/login")].map((answer) => answer.headers.get("X-Request-Id"))
		expect(ids[0]).not.toBe(ids[1])
		const logged = () => server.logLines().map((line) => line.request_id)
		for (const id of ids) await expect.poll(logged, { timeout: 5_000 }).toContain(id)
		const chosen = await get("/login", { "X-Request-Id": "chosen-by-the-client" })
		expect(chosen.headers.get("X-Request-Id")).not.toBe("chosen-by-the-client")
	})
})
