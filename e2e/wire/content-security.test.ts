import { gunzipSync } from "node:zlib"
import { beforeAll, describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import {
	type Answer,
	clientOf,
	newSession,
	type Person,
	registerUnverified,
	registerVerified,
} from "../support/client"
import { getRaw } from "../support/exchange"
import { serverFixture } from "../support/server-fixture"

const { server, mailbox } = serverFixture()
let person: Person

beforeAll(async () => {
	person = await registerVerified(server, mailbox)
})

const html = { Accept: "text/html" }
const get = (path: string, headers: Record<string, string> = {}) =>
	clientOf(server).get(path, { ...html, ...headers })

/** What the policy of this very answer would keep a browser from running or applying. */
function inlineWithoutNonce({ headers, text }: Answer): string[] {
	const nonce = /'nonce-([^']+)'/.exec(headers.get("Content-Security-Policy") ?? "")?.[1] ?? "none"
	const tags = text.match(/<(?:script|style)\b[^>]*>/gi) ?? []
	const handlers = text.match(/<[^>]*\s(?:on[a-z]+|style)\s*=\s*["'][^>]*>/gi) ?? []
	const links = text.match(/(?:href|src|action)="javascript:/gi) ?? []
	return [...tags.filter((tag) => !tag.includes(`nonce="${nonce}"`)), ...handlers, ...links]
}

describe("inline scripts and styles", () => {
	const pages: [title: string, status: number, () => Promise<Answer>][] = [
		["/", 200, () => get("/")],
		["/ signed in", 200, async () => get("/", { Cookie: await newSession(server, person) })],
		["/login", 200, () => get("/login?redirect_to=/account")],
		["/register", 200, () => get("/register")],
		[
			"/verify with a good link",
			200,
			async () => get(`/verify?${new URLSearchParams((await registerUnverified(server, mailbox)).link)}`),
		],
		["/verify with a bad link", 400, () => get("/verify?user_id=1")],
		["/verify/resend", 200, () => get("/verify/resend")],
		["/logout", 200, () => get("/logout")],
		["/account", 200, async () => get("/account", { Cookie: await newSession(server, person) })],
		["no such page", 404, () => get("/nowhere")],
		[
			"a refused sign-in",
			401,
			() => clientOf(server).postForm("/login", { username: "ada", password: "wrong" }),
		],
		["a refused registration", 422, () => clientOf(server).postForm("/register", { username: "<script>" })],
		["another site", 403, () => clientOf(server).postForm("/login", {}, { Origin: "https://evil.test" })],
		["a malformed address", 400, () => get("/%ff")],
		["a page without that method", 405, () => clientOf(server).postForm("/", {})],
	]
	it.each(pages.filter(([title]) => config.verification.enabled || !title.startsWith("/verify")))(
		"%s: all carry the answer's own nonce",
		async (_title, status, request) => {
			const answer = await request()
			expect(answer.status).toBe(status)
			expect(answer.headers.get("Content-Type")).toBe("text/html; charset=utf-8")
			expect(answer.text).toMatch(/<style nonce=/)
			expect(inlineWithoutNonce(answer)).toEqual([])
		},
	)

	it("no two answers have the same nonce", async () => {
		const policies = await Promise.all(Array.from({ length: 20 }, () => get("/login")))
		expect(new Set(policies.map(({ headers }) => headers.get("Content-Security-Policy"))).size).toBe(20)
	})
})

describe("files", () => {
	const assetsOf = async () => [
		...new Set((await get("/login")).text.match(/\/assets\/[\w.-]+\.(?:js|css)/g) ?? []),
	]

	it("hashed assets are kept for a year, by anybody, and have their type", async () => {
		const assets = await assetsOf()
		expect(assets.some((asset) => asset.endsWith(".css"))).toBe(true)
		expect(assets.some((asset) => asset.endsWith(".js"))).toBe(true)
		for (const asset of assets) {
			expect(asset).toMatch(/-[\w-]{8}\.(js|css)$/)
			const { status, headers, cookies } = await get(asset)
			expect([asset, status, headers.get("Cache-Control")]).toEqual([
				asset,
				200,
				"public, max-age=31536000, immutable",
			])
			expect(headers.get("Content-Type")).toMatch(/^(text\/css|(text|application)\/javascript)/)
			expect(headers.get("X-Content-Type-Options")).toBe("nosniff")
			expect(cookies).toEqual([])
		}
	})

	it("assets are compressed for those who ask, and for nobody else", async () => {
		const [asset = ""] = (await assetsOf()).filter((name) => name.endsWith(".css"))
		const plain = await getRaw(server, asset, [])
		const zipped = await getRaw(server, asset, ["Accept-Encoding: gzip"])
		expect(plain.headers.get("Content-Encoding")).toBeNull()
		expect(zipped.headers.get("Content-Encoding")).toBe("gzip")
		const known = [`If-None-Match: ${plain.headers.get("ETag")}`]
		const unchanged = await getRaw(server, asset, known)
		expect(unchanged.status).toBe(304)
		for (const answer of [plain, zipped, unchanged])
			expect(answer.headers.get("Vary")).toContain("Accept-Encoding")
		expect(gunzipSync(Buffer.from(zipped.body, "latin1")).toString("latin1")).toBe(plain.body)
		expect(zipped.body.length).toBeLessThan(plain.body.length / 2)
		expect(
			(await getRaw(server, asset, ["Accept-Encoding: gzip;q=0"])).headers.get("Content-Encoding"),
		).toBeNull()
	})

	it("pages are compressed too", async () => {
		expect((await getRaw(server, "/login", ["Accept-Encoding: gzip"])).headers.get("Content-Encoding")).toBe(
			"gzip",
		)
	})

	it("files without a hash in their name are not kept", async () => {
		const { status, headers } = await get("/favicon.svg")
		expect([status, headers.get("Cache-Control")]).toEqual([200, "no-store"])
		expect(headers.get("X-Content-Type-Options")).toBe("nosniff")
	})
})
