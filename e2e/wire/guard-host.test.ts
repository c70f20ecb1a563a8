import { describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import { clientOf, registrationOf, somebody } from "../support/client"
import { exchange, requestText } from "../support/exchange"
import type { ReceivedMail } from "../support/mailbox"
import { startServer, type TestServer } from "../support/server"
import { serverFixture } from "../support/server-fixture"

const APP_URL = "https://kit.test"

const { server, mailbox } = serverFixture({ APP_URL })

const get = (line: string, headers: string[]) =>
	exchange(server, requestText(line, [...headers, "Accept: application/json", "Connection: close"]))

describe("the Host that a client sends", () => {
	const odd = [
		"kit.test",
		"127.0.0.1:3000",
		"localhost",
		"kit.test:443",
		"KIT.TEST",
		"Kit.Test:443",
		"kit.test.",
		"[::1]:3000",
		"other.test",
		"app_1:8080",
	]
	it.each(odd)("H-25: %s works, and shows nowhere", async (host) => {
		for (const path of ["/healthz", "/login", "/account", "/nowhere"]) {
			const json = await get(`GET ${path} HTTP/1.1`, [`Host: ${host}`])
			expect([path, json.status < 500, json.closed]).toEqual([path, true, true])
			const page = await exchange(
				server,
				requestText(`GET ${path} HTTP/1.1`, [`Host: ${host}`, "Accept: text/html", "Connection: close"]),
			)
			expect(page.status).toBe(path === "/account" ? 303 : path === "/nowhere" ? 404 : 200)
			expect(page.headers.get("Location") ?? "/").toMatch(/^\//)
			expect(page.raw).not.toMatch(/other\.test|127\.0\.0\.1|app_1/)
		}
	})

	const hostile = [
		"",
		" ",
		"kit.test<>",
		"kit.test:99999",
		"kit.test:4a3",
		"kit.test:",
		"a b",
		"[::1",
		"::1",
		"user@kit.test",
		"kit.test/path",
		"kit.test#x",
		"kit.test?x",
		"kit.test, evil.test",
		"k%69t.test",
		"\u00e9vil.test",
		"1.2.3.4.5",
		"256.256.256.256",
		"-kit.test",
	]
	it.each(hostile)("H-25: %j is malformed", async (host) => {
		const answer = await get("GET /login HTTP/1.1", [`Host: ${host}`])
		expect(answer.status).toBe(400)
		expect(JSON.parse(answer.body)).toMatchObject({ status: 400, code: "malformed" })
		if (host.trim()) expect(answer.raw).not.toContain(host)
		expect(answer.raw).not.toContain("Invalid URL")
		expect(answer.closed).toBe(true)
	})

	it("H-25: a name of 5 kB is malformed", async () => {
		const answer = await get("GET /login HTTP/1.1", [`Host: ${"a".repeat(5_000)}.test`])
		expect(answer.status).toBe(400)
		expect(answer.raw).not.toContain("aaaa")
	})

	it("H-25: none, two, HTTP/1.0 without one, and another host in the request line are malformed", async () => {
		for (const [line, headers] of [
			["GET /login HTTP/1.1", []],
			["GET /login HTTP/1.1", ["Host: kit.test", "Host: evil.test"]],
			["GET /login HTTP/1.1", ["Host: kit.test", "host: kit.test"]],
			["GET /login HTTP/1.0", []],
			["GET http://evil.test/login HTTP/1.1", ["Host: kit.test"]],
			["GET //evil.test/login HTTP/1.1", ["Host: kit.test"]],
			["GET kit.test/login HTTP/1.1", ["Host: kit.test"]],
			["OPTIONS * HTTP/1.1", ["Host: kit.test"]],
		] satisfies [string, string[]][]) {
			const answer = await get(line, headers)
			expect([line, headers, [400, 405].includes(answer.status)]).toEqual([line, headers, true])
			expect(answer.raw).not.toContain("evil.test")
			expect(answer.raw).not.toMatch(/^set-cookie/im)
		}
		expect((await clientOf(server).get("/healthz")).status).toBe(200)
	})
})

/** Every way that a client could try to say where it thinks that it is. */
const HOSTILE = {
	"X-Forwarded-Host": "evil.test",
	"X-Forwarded-Proto": "http",
	"X-Forwarded-Port": "666",
	"X-Forwarded-Prefix": "/evil",
	"X-Forwarded-Server": "evil.test",
	Forwarded: "for=1.2.3.4;host=evil.test;proto=http",
	"X-Original-URL": "/evil",
	"X-Rewrite-URL": "/evil",
	"X-Original-Host": "evil.test",
	"X-Host": "evil.test",
	Referer: "https://evil.test/",
}

/** What a mail says, without what differs between any two of them. */
function withoutPersonalParts(mail: ReceivedMail, username: string): string {
	return `${mail.subject}\n${mail.text}\n${mail.html}`
		.replaceAll(username, "<name>")
		.replace(/user_id=[0-9a-f-]{36}/g, "user_id=<id>")
		.replace(/timestamp=\d+/g, "timestamp=<time>")
		.replace(/signature=[A-Za-z0-9_-]{43}/g, "signature=<signature>")
}

async function registerWith(
	target: TestServer,
	headers: string[],
	extra: Record<string, string> = {},
): Promise<string> {
	const { username, email, ...rest } = somebody()
	const body = JSON.stringify({ ...registrationOf({ username, email, ...rest }), ...extra })
	const all = [
		"Content-Type: application/json",
		`Content-Length: ${Buffer.byteLength(body)}`,
		"Connection: close",
	]
	const answer = await exchange(target, requestText("POST /register HTTP/1.1", [...all, ...headers], body))
	expect(answer.status).toBe(201)
	expect(answer.raw).not.toContain("evil")
	const mail = await mailbox.next(email)
	expect(mail.links[0]).toMatch(
		/^https:\/\/kit\.test\/verify\?user_id=[0-9a-f-]{36}&timestamp=\d{10}&signature=[A-Za-z0-9_-]{43}$/,
	)
	expect(mail.raw).not.toContain("evil")
	return withoutPersonalParts(mail, username)
}

describe.runIf(config.verification.enabled)("mailed links", () => {
	const lines = Object.entries(HOSTILE).map(([name, value]) => `${name}: ${value}`)
	const fields = {
		origin: "https://evil.test",
		callbackURL: "https://evil.test",
		redirectTo: "https://evil.test",
	}

	it("H-26: are byte for byte the same whatever the request says of hosts", async () => {
		const clean = await registerWith(server, ["Host: kit.test"])
		const hostile = await registerWith(
			server,
			["Host: evil.test", "Sec-Fetch-Site: same-origin", "Origin: https://evil.test", ...lines],
			{ ...fields, redirect_to: "https://evil.test/" },
		)
		expect(hostile).toBe(clean)
		const trusted = await registerWith(server, ["Host: evil.test:666", "X-Forwarded-For: 10.9.8.7", ...lines])
		expect(trusted).toBe(clean)
	})

	it("H-26: are so too when the hostile request is the first one after the start", async () => {
		const clean = await registerWith(server, ["Host: kit.test"])
		const fresh = await startServer({ env: { SMTP_URL: mailbox.url, APP_URL }, waitUntilReady: false })
		try {
			while (!fresh.output().includes('"server.started"'))
				await new Promise((resolve) => setTimeout(resolve, 20))
			expect(await registerWith(fresh, ["Host: evil.test", ...lines], fields)).toBe(clean)
		} finally {
			await fresh.stop()
		}
	})
})
