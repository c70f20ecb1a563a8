import { beforeAll, describe, expect, it } from "vitest"
import { COOKIE, clientOf, newSession, type Person, registerVerified } from "../support/client"
import { getRaw } from "../support/exchange"
import { rowsOf } from "../support/rows"
import { serverFixture } from "../support/server-fixture"

const { server, mailbox } = serverFixture()
let person: Person
let good: string

beforeAll(async () => {
	person = await registerVerified(server, mailbox)
	good = await newSession(server, person)
})

async function statusOf(cookie: string): Promise<number> {
	return (await clientOf(server).getJson("/account", { Cookie: cookie })).status
}

/** Cookies that `fetch` would not send, each character one byte. */
const account = (...cookies: string[]) =>
	getRaw(server, "/account", ["Accept: application/json", ...cookies.map((cookie) => `Cookie: ${cookie}`)])

describe("H-15: a session cookie that was planted", () => {
	it("H-15: a made-up one never becomes valid by signing in or verifying", async () => {
		for (const planted of [
			`${COOKIE}=planted`,
			`${COOKIE}=${"A".repeat(43)}`,
			`${COOKIE}=${"0".repeat(64)}`,
		]) {
			const cookie = await newSession(server, person, { Cookie: planted })
			expect(cookie).toMatch(new RegExp(`^${COOKIE}=[A-Za-z0-9_-]{43}$`))
			expect(cookie).not.toBe(planted)
			expect(await statusOf(planted)).toBe(401)
			expect(await statusOf(cookie)).toBe(200)
		}
	})

	it("H-15: somebody else's is replaced, ends, and never shows the new person", async () => {
		const attacker = await registerVerified(server, mailbox)
		const planted = await newSession(server, attacker)
		const cookie = await newSession(server, person, { Cookie: planted })
		expect(cookie).not.toBe(planted)
		expect(await statusOf(planted)).toBe(401)
		const account = await clientOf(server).getJson("/account", { Cookie: cookie })
		expect(account.json.user.username).toBe(person.username)
	})

	it("H-15: the hash in the database is no token", async () => {
		for (const id of rowsOf(server).sessions) expect(await statusOf(`${COOKIE}=${id}`)).toBe(401)
	})
})

describe("H-16: cookies that nobody would bake", () => {
	const token = () => good.slice(`${COOKIE}=`.length)

	it("H-16: broken cookies before and behind the good one do no harm", async () => {
		const broken = [
			"foo=%E0%A4%A",
			"=x",
			"=",
			";",
			"x",
			"a=b=c",
			`big=${"x".repeat(8000)}`,
			`json={"a":"b,c"}`,
			"é=ü",
			COOKIE,
		]
		for (const other of broken) {
			expect([other, await statusOf(`${other}; ${good}`)]).toEqual([other, 200])
			expect([other, await statusOf(`${good}; ${other}`)]).toEqual([other, 200])
		}
		const many = Array.from({ length: 200 }, (_, index) => `c${index}=${index}`).join("; ")
		expect(await statusOf(`${many}; ${good}`)).toBe(200)
	})

	it("H-16: the good one may be quoted, and may stand without spaces around", async () => {
		expect(await statusOf(`a=b;${good};c=d`)).toBe(200)
		expect(await statusOf(`${COOKIE}="${token()}"`)).toBe(200)
		expect(await statusOf(`a=b ;  ${good}  ; c=d`)).toBe(200)
	})

	it("H-16: of two of our name the first one counts", async () => {
		expect(await statusOf(`${good}; ${COOKIE}=evil`)).toBe(200)
		expect(await statusOf(`${COOKIE}=evil; ${good}`)).toBe(401)
	})

	it("H-16: a value that is not exactly a token is nobody's", async () => {
		const values = [
			`${token()}=`,
			`${token()}A`,
			token().slice(1),
			`%${token()}`,
			`"${token()}`,
			"x".repeat(8000),
			"",
		]
		for (const value of values) expect([value, await statusOf(`${COOKIE}=${value}`)]).toEqual([value, 401])
		expect(await statusOf(`${COOKIE}=${encodeURIComponent(`${token()} `)}`)).toBe(401)
	})

	it("H-16: bytes that are no text are refused or ignored, and hurt nobody", async () => {
		expect((await account(`a=\xff\xfe; ${good}`)).status).toBe(200)
		expect((await account(`\x80=\x80; ${good}; \xe2\x80\xae=x`)).status).toBe(200)
		expect((await account(`a=\0; ${good}`)).status).toBe(400)
		expect((await account("a=b", good)).status).toBe(200)
		const long = await account(`a=${"x".repeat(20_000)}; ${good}`)
		expect(long.status).toBe(431)
		expect(long.raw).toContain("no-store")
		expect(await statusOf(good)).toBe(200)
	})

	it("H-17: no other spelling of the name passes for ours", async () => {
		const encoded = (at: number) =>
			`${COOKIE.slice(0, at)}%${COOKIE.charCodeAt(at).toString(16)}${COOKIE.slice(at + 1)}`
		const names = [
			COOKIE.replace(/^./, (letter) => letter.toUpperCase()),
			COOKIE === COOKIE.toUpperCase() ? COOKIE.toLowerCase() : COOKIE.toUpperCase(),
			encoded(0),
			encoded(COOKIE.length - 1),
			`__Host-${COOKIE}`,
			`\xa0${COOKIE}`,
			`${COOKIE}\xa0`,
			`\x85${COOKIE}`,
			`${COOKIE[0]} ${COOKIE.slice(1)}`,
			`${COOKIE}[]`,
			`.${COOKIE}`,
			`${COOKIE}.`,
		].filter((name) => name !== COOKIE)
		for (const name of names) {
			const { status } = await account(`${name}=${token()}`)
			expect([name, status]).toEqual([name, 401])
			expect((await account(`${name}=evil; ${good}`)).status).toBe(200)
		}
	})
})
