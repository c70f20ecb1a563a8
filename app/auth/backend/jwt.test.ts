import { createHmac, generateKeyPairSync, hkdfSync, randomUUID } from "node:crypto"
import { beforeAll, describe, expect, it, vi } from "vitest"
import { nothing } from "../../../e2e/support/shown"
import { openDatabase } from "../../db/client.server"
import { parseMailAddress } from "../../mail/address.server"
import type { Caller } from "../caller"
import { createUser, type Profile, type User } from "../user/user.server"
import { jwt } from "./jwt.server"

const ISSUER = "http://kit.test"
const backend = jwt({ lifetimeSeconds: 900, audience: "api" })
const caller: Caller = { address: "192.0.2.1", userAgent: "test", now: new Date() }
const key = deriveKey(String(process.env.SECRET))
let user: User
let genuine: { header: Record<string, unknown>; claims: Record<string, unknown>; token: string }

function deriveKey(secret: string): Buffer {
	return Buffer.from(hkdfSync("sha256", secret, "", "gatehouse/jwt", 32))
}

beforeAll(async () => {
	await openDatabase()
	const email = parseMailAddress("ada@example.org")
	if (!email) throw new Error("no address")
	const created = await createUser({ username: "ada", email } as Profile, {
		passwordHash: "-",
		mail: null,
		emailVerifiedAt: caller.now,
		now: caller.now,
	})
	if (!created.ok) throw new Error(created.code)
	user = created.user
	const grant = await backend.signIn(user, { remember: false, replaces: nothing }, caller)
	const token = grant?.token ?? ""
	const [header, claims] = token
		.split(".")
		.slice(0, 2)
		.map((part) => JSON.parse(Buffer.from(part, "base64url").toString() || "{}"))
	genuine = { header, claims, token }
}, 20_000)

const encode = (value: unknown) =>
	Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url")

/** Signs as the server does, or with another key. */
function forge(header: unknown, claims: unknown, by: Buffer | string = key, hash = "sha256"): string {
	const signed = `${encode(header)}.${encode(claims)}`
	return `${signed}.${createHmac(hash, by).update(signed).digest("base64url")}`
}

const withHeader = (changes: Record<string, unknown>) =>
	forge({ ...genuine.header, ...changes }, genuine.claims)
const withClaims = (changes: Record<string, unknown>) =>
	forge(genuine.header, { ...genuine.claims, ...changes })
const seconds = () => Math.floor(caller.now.getTime() / 1000)

async function isKnown(token: string, now = caller.now, by = backend): Promise<boolean> {
	return (await by.authenticate({ ...nothing, bearer: token }, { ...caller, now })) !== null
}

describe("B3: a JWT", () => {
	it("says who issued it, for whom, about whom and until when", () => {
		expect(genuine.header).toEqual({ alg: "HS256", typ: "at+jwt", kid: expect.stringMatching(/^[\w-]{16}$/) })
		expect(genuine.claims).toEqual({
			iss: ISSUER,
			aud: "api",
			sub: user.id,
			iat: seconds(),
			exp: seconds() + 900,
			jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
			epoch: 0,
		})
	})

	it("is signed by a key for this purpose: forging it here gives the same token", async () => {
		expect(forge(genuine.header, genuine.claims)).toBe(genuine.token)
		expect(await isKnown(genuine.token)).toBe(true)
	})

	it("lives for its lifetime, with five seconds for clocks that differ", async () => {
		const later = (by: number) => new Date((seconds() + by) * 1000)
		expect(await isKnown(genuine.token, later(899))).toBe(true)
		expect(await isKnown(genuine.token, later(906))).toBe(false)
		expect(await isKnown(genuine.token, later(-4))).toBe(true)
		expect(await isKnown(genuine.token, later(-10))).toBe(false)
	})

	it("is for one audience", async () => {
		expect(await isKnown(genuine.token, caller.now, jwt({ lifetimeSeconds: 900, audience: "other" }))).toBe(
			false,
		)
	})

	it("of an older secret still counts while that is listed, and new ones are signed by the first", async () => {
		const older = String(process.env.SECRET)
		const load = async (secret: string, previous: string) => {
			vi.resetModules()
			process.env.SECRET = secret
			process.env.SECRET_PREVIOUS = previous
			const { jwt: rotated } = await import("./jwt.server")
			return rotated({ lifetimeSeconds: 900, audience: "api" })
		}
		const newer = "a-newer-secret-0123456789-abcdefghijklmnop"
		const during = await load(newer, older)
		expect(await isKnown(genuine.token, caller.now, during)).toBe(true)
		const grant = await during.signIn(user, { remember: false, replaces: nothing }, caller)
		expect(await isKnown(grant?.token ?? "")).toBe(false)
		const afterwards = await load(newer, "")
		expect(await isKnown(genuine.token, caller.now, afterwards)).toBe(false)
		expect(await isKnown(grant?.token ?? "", caller.now, afterwards)).toBe(true)
	})
})

describe("H-55: a forged JWT is nobody's", () => {
	const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })
	const publicPem = publicKey.export({ type: "spki", format: "pem" }).toString()
	const unsigned = (alg: unknown) => `${encode({ ...genuine.header, alg })}.${encode(genuine.claims)}.`
	const resigned = (claims: string) => forge(genuine.header, claims)
	const json = () => JSON.stringify(genuine.claims)

	it.each<[string, () => string]>([
		["alg none", () => unsigned("none")],
		["alg None", () => unsigned("None")],
		["no alg", () => unsigned(undefined)],
		["an empty signature", () => `${genuine.token.split(".").slice(0, 2).join(".")}.`],
		["no signature", () => genuine.token.split(".").slice(0, 2).join(".")],
		["HS256 with a public key as secret", () => forge(genuine.header, genuine.claims, publicPem)],
		["HS256 with an empty key", () => forge(genuine.header, genuine.claims, "")],
		["HS256 with the secret itself", () => forge(genuine.header, genuine.claims, String(process.env.SECRET))],
		["alg RS256", () => withHeader({ alg: "RS256" })],
		["alg HS512", () => forge({ ...genuine.header, alg: "HS512" }, genuine.claims, key, "sha512")],
		...["../../dev/null", "' OR 1=1 --", "https://evil.test/key", "__proto__", "0", "", 0, {}].map(
			(kid): [string, () => string] => [`kid ${JSON.stringify(kid)}`, () => withHeader({ kid })],
		),
		["no kid", () => withHeader({ kid: undefined })],
		[
			"jku elsewhere, by its key",
			() => forge({ ...genuine.header, jku: "https://evil.test/" }, genuine.claims, "evil"),
		],
		[
			"x5u elsewhere, by its key",
			() => forge({ ...genuine.header, x5u: "https://evil.test/" }, genuine.claims, "evil"),
		],
		[
			"a jwk of its own",
			() => forge({ ...genuine.header, jwk: { kty: "oct", k: encode("evil") } }, genuine.claims, "evil"),
		],
		["crit", () => withHeader({ crit: ["exp"] })],
		["crit that nobody knows", () => withHeader({ crit: ["x"], x: 1 })],
		["b64 false", () => withHeader({ b64: false, crit: ["b64"] })],
		["a token in a token", () => forge({ ...genuine.header, cty: "JWT" }, genuine.token)],
		["no typ", () => withHeader({ typ: undefined })],
		["typ JWT", () => withHeader({ typ: "JWT" })],
		["typ id+jwt", () => withHeader({ typ: "id+jwt" })],
		["another aud", () => withClaims({ aud: "other" })],
		["a list as aud", () => withClaims({ aud: ["api", "other"] })],
		["no aud", () => withClaims({ aud: undefined })],
		["iss with a slash", () => withClaims({ iss: `${ISSUER}/` })],
		["another iss", () => withClaims({ iss: "https://evil.test" })],
		["no iss", () => withClaims({ iss: undefined })],
		["no exp", () => withClaims({ exp: undefined })],
		["exp as text", () => withClaims({ exp: String(seconds() + 900) })],
		["exp in the past", () => withClaims({ iat: seconds() - 900, exp: seconds() - 60 })],
		["exp without end", () => resigned(json().replace(/"exp":\d+/, '"exp":1e309'))],
		["exp far away, of an old token", () => withClaims({ iat: seconds() - 1000, exp: seconds() + 1e9 })],
		["no iat", () => withClaims({ iat: undefined })],
		["iat in the future", () => withClaims({ iat: seconds() + 600, exp: seconds() + 900 })],
		["nbf in the future", () => withClaims({ nbf: seconds() + 600 })],
		["no jti", () => withClaims({ jti: undefined })],
		["no sub", () => withClaims({ sub: undefined })],
		["a number as sub", () => withClaims({ sub: 1 })],
		["an object as sub", () => withClaims({ sub: { not: "" } })],
		["an unknown sub", () => withClaims({ sub: randomUUID() })],
		["no epoch", () => withClaims({ epoch: undefined })],
		["epoch as text", () => withClaims({ epoch: "0" })],
		["another epoch", () => withClaims({ epoch: 1 })],
		["a hundred kilobytes", () => withClaims({ x: "x".repeat(100_000) })],
		["claims that are a list", () => resigned("[]")],
		["claims that are no JSON", () => resigned("{")],
		["JWE with zip", () => `${encode({ alg: "dir", enc: "A256GCM", zip: "DEF" })}..AAAA.AAAA.AAAA`],
		["only dots", () => "..."],
	])("H-55: %s", async (_what, token) => {
		const request = vi.spyOn(globalThis, "fetch")
		expect(await isKnown(token())).toBe(false)
		expect(request).not.toHaveBeenCalled()
	})

	it("H-55: changing nothing, the same helpers make tokens that count", async () => {
		expect(await isKnown(withHeader({}))).toBe(true)
		expect(await isKnown(withClaims({ x: 1 }))).toBe(true)
	})
})
