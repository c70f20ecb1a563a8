import { beforeAll, describe, expect, it } from "vitest"
import { clientOf, newSession, type Person, registerVerified } from "../support/client"
import { getRaw } from "../support/exchange"
import { serverFixture } from "../support/server-fixture"

const { server, mailbox } = serverFixture()
let person: Person
let cookie: string

beforeAll(async () => {
	person = await registerVerified(server, mailbox)
	cookie = await newSession(server, person)
})

/** As a signed-in victim's browser would ask; by hand, as `fetch` tidies paths up. */
const get = (path: string, headers: string[] = []) => getRaw(server, path, [`Cookie: ${cookie}`, ...headers])

describe("paths made to look like files that a cache may keep", () => {
	it.each([
		"/account/a.css",
		"/account%2fa.js",
		"/account%2Fa.css",
		"/account;.png",
		"/account;a.css",
		"/account.css",
		"/account%00.css",
		"/account%0aa.css",
		"/account%23.css",
		"/account%3fa.css",
		"/assets/../account",
		"/assets/%2e%2e/account",
		"/assets/..%2faccount",
		"/static/%2e%2e%2faccount",
		"/account%5ca.css",
	])("H-27: %s shows nobody's account", async (path) => {
		const answer = await get(path)
		expect([400, 404, 200]).toContain(answer.status)
		// A path that really is /account, dots and all, is private like it; every other is no page.
		if (answer.status === 200) expect(path).toMatch(/\/(\.\.|%2e%2e)\/account$/)
		else expect(answer.body).not.toContain(person.email)
		expect(answer.headers.get("Cache-Control")).toBe("no-store")
	})

	it.each([
		"/account",
		"/account/",
		"/ACCOUNT",
		"/account?a.css",
		"/account.data",
		"/account.data?a.css",
		"/",
	])("H-27: %s is not kept", async (path) => {
		const answer = await get(path, ["If-None-Match: *", "If-Modified-Since: Sun, 22 Nov 2037 00:00:00 GMT"])
		expect(answer.status).toBe(200)
		expect(answer.headers.get("Cache-Control")).toBe("no-store")
		expect(answer.headers.get("Vary")).toMatch(/\bAccept\b(?!-)/)
		expect(answer.headers.get("ETag")).toBeNull()
	})
})

describe("headers made to be reflected", () => {
	const hostile = [
		"X-Forwarded-Host",
		"X-Forwarded-Scheme",
		"X-Forwarded-Prefix",
		"X-Original-URL",
		"X-Rewrite-URL",
		"X-Remix-Reload-Document",
		"X-Remix-Redirect",
		"X-Remix-Revalidate",
		"X-Remix-Response",
		"X-Remix-Error",
		"X-React-Router-Prerender-Data",
		"X-React-Router-SPA-Mode",
		"X-Middleware-Subrequest",
		"Forwarded",
		"Origin",
		"Referer",
		"User-Agent",
		"Accept-Language",
		"X-HTTP-Host-Override",
	].map((name) => `${name}: reflected.test`)

	it.each([
		"/",
		"/login",
		"/register",
		"/verify",
		"/verify/resend",
		"/logout",
		"/nowhere",
		"/login.data",
		"/healthz",
	])("H-27: %s shows none of them", async (path) => {
		const clean = await get(path)
		const answer = await get(path, hostile)
		expect(answer.status).toBe(clean.status)
		expect(answer.raw).not.toContain("reflected.test")
		expect([...answer.headers.keys()]).toEqual([...clean.headers.keys()])
	})

	it("H-27: an error page does not repeat the address that it is about", async () => {
		for (const path of ["/reflected-path", "/nowhere?reflected-path", "/%ffreflected-path"])
			expect((await get(path)).raw).not.toContain("reflected-path")
	})
})

describe("paths to things that are not pages", () => {
	it.each([
		"/_data",
		"/build/../.env",
		"/.env",
		"/.git/config",
		"/data/gatehouse.db",
		"/../.env",
		"/../../etc/passwd",
		"/%2e%2e/.env",
		"/%2e%2e/%2e%2e/etc/passwd",
		"/..%2f..%2fetc/passwd",
		"/assets/../../.env",
		"/assets/%2e%2e/%2e%2e/server/index.js",
		"/assets/..%2f..%2fserver/index.js",
		"/assets/..%5c..%5cserver%5cindex.js",
		"/server/index.js",
		"/.vite/manifest.json",
		"/package.json",
		"/prisma/schema.prisma",
		"/app/auth.config.ts",
		"/index.html",
		"//evil.test/%2e%2e",
		"/%",
		"/%zz",
		"/%c0%ae%c0%ae/",
		"/%00",
		"/dev/mail",
		"/dev/mail/1",
		"/__manifest?version=x&p=%00",
	])("H-29: %s leads nowhere", async (path) => {
		const answer = await get(path, ["Accept: application/json"])
		expect(path.startsWith("/__manifest") ? 204 : answer.status).toBeOneOf([204, 400, 404])
		expect(answer.raw).not.toMatch(
			/root:x:|SECRET=|SQLite format|"dependencies"|datasource db|at file:|node_modules/,
		)
		expect(answer.headers.get("Cache-Control")).toBe("no-store")
	})

	it("H-29: there are no source maps", async () => {
		const page = await clientOf(server).get("/login")
		const scripts = [...new Set(page.text.match(/\/assets\/[\w.-]+\.(?:js|css)/g) ?? [])]
		expect(scripts.length).toBeGreaterThan(1)
		for (const script of scripts) {
			expect((await get(`${script}.map`)).status).toBe(404)
			expect((await get(script)).body).not.toContain("sourceMappingURL")
		}
	})

	it("H-29: the router's manifest takes no endless list, and is not kept", async () => {
		const version = /"version":"(\w+)"/.exec(
			(await get(manifestPath(await clientOf(server).get("/login")))).body,
		)?.[1]
		expect(version).toMatch(/^\w{8}$/)
		const list = (count: number) => `/__manifest?version=${version}${"&p=/login".repeat(count)}`
		expect((await get(list(10_000))).status).toBeOneOf([414, 431])
		expect((await get(list(860))).status).toBe(400)
		const short = await get(list(2))
		expect(short.status).toBe(200)
		expect(short.headers.get("Cache-Control")).toBe("no-store")
		expect(short.body).not.toContain(person.email)
	})
})

function manifestPath(page: { text: string }): string {
	return page.text.match(/\/assets\/manifest-\w+\.js/)?.[0] ?? "/no-manifest"
}

describe("H-29: a path with dots for steps, which browsers resolve before they ask", () => {
	it.each([
		"/x/../login",
		"/./login",
		"/%2e/login",
		"/%2E%2e/login",
		"/login/..",
		"/.//evil.test/login",
		"/login#x",
	])("%s is refused, as a page and as JSON", async (path) => {
		for (const accept of ["text/html", "application/json"]) {
			const answer = await get(path, [`Accept: ${accept}`])
			expect([path, accept, answer.status]).toEqual([path, accept, 400])
		}
	})

	it("dots within a name are no steps", async () => {
		for (const path of ["/...", "/a.b", "/.well-known/x", "/..a"])
			expect((await get(path, [])).status).toBe(404)
	})
})
