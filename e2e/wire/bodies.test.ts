import { gzipSync } from "node:zlib"
import { beforeAll, describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import { expectProblem, expectRefused } from "../support/answers"
import { clientOf, type Person, registerVerified } from "../support/client"
import { FORMS } from "../support/paths"
import { rowsOf } from "../support/rows"
import { serverFixture } from "../support/server-fixture"

const { server, mailbox } = serverFixture()
let person: Person

beforeAll(async () => {
	person = await registerVerified(server, mailbox)
})

async function bothAnswers(
	path: string,
	contentType: string,
	body: string | Buffer,
	headers: Record<string, string> = {},
) {
	const client = clientOf(server)
	const send = (accept: string) => {
		const types: Record<string, string> = contentType ? { "Content-Type": contentType } : {}
		// A Blob brings no type of its own, as a string would.
		const bytes = new Blob([new Uint8Array(Buffer.from(body))])
		return client.send(path, {
			method: "POST",
			headers: { Accept: accept, ...types, ...headers },
			body: bytes,
		})
	}
	return { json: await send("application/json"), form: await send("text/html") }
}

function login(extra = ""): string {
	return `{"username":"${person.username}","password":"${person.password}"${extra}}`
}

describe("H-02: JSON that is not what it should be", () => {
	it.each(FORMS)("H-02: is refused as malformed at %s, and does nothing", async (path) => {
		const before = rowsOf(server)
		const bodies: (string | Buffer)[] = [
			"{",
			"null",
			"1",
			`"text"`,
			"[]",
			`[${login()}]`,
			`{"a":1,}`,
			"{'a':1}",
			"{a:1}",
			`{"a":1} {}`,
			`{"a":"\n"}`,
			`{"a":"\\x"}`,
			`\ufeff${login()}`,
			login(`,"x":${"[".repeat(10_000)}${"]".repeat(10_000)}`),
			login(`,"x":${`{"a":`.repeat(5000)}1${"}".repeat(5000)}`),
			Buffer.from(login(), "utf16le"),
			Buffer.concat([Buffer.from(`{"username":"`), Buffer.from([0xff, 0xc0, 0x80]), Buffer.from(`"}`)]),
			Buffer.concat([Buffer.from(`{"username":"`), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from(`"}`)]),
		]
		for (const [index, body] of bodies.entries()) {
			const answers = await bothAnswers(path, "application/json", body)
			expect([index, answers.json.status, answers.json.json?.code]).toEqual([index, 400, "malformed"])
			expectRefused(answers, 400, "malformed")
		}
		expect(rowsOf(server)).toEqual(before)
	})

	it("H-02: never reaches a prototype, and a good request right afterwards works", async () => {
		await bothAnswers("/login", "application/json", login(`,"__proto__":{"superuser":true}`))
		await bothAnswers(
			"/login",
			"application/x-www-form-urlencoded",
			"__proto__=1&constructor=2&__proto__[superuser]=1",
		)
		const answer = await clientOf(server).postJson("/login", login())
		expect([answer.status, answer.json.user.superuser]).toEqual([200, false])
	})

	it("H-02: with a name given twice is refused by that name, whichever reader would have won", async () => {
		const answer = await clientOf(server).postJson("/login", login(`,"username":"somebody-else"`))
		expectProblem(answer, 422, "validation_failed")
		expect(Object.keys(answer.json.errors)).toEqual(["username"])
		const spelled = await clientOf(server).postJson("/login", login(`,"\\u0070assword":"${person.password}"`))
		expect(Object.keys(spelled.json.errors)).toEqual(["password"])
	})

	it("H-02: with a hundred thousand entries is too large before anybody reads it", async () => {
		const answers = await bothAnswers("/login", "application/json", login(`,"x":[${"1,".repeat(100_000)}1]`))
		expectRefused(answers, 413, "too_large")
	})
})

describe("H-03: bodies of another type than they say, or of none that we read", () => {
	it.each(FORMS)("H-03: are refused at %s with 415", async (path) => {
		const before = rowsOf(server)
		const types = [
			"",
			"text/plain",
			"text/json",
			"application/jsonp",
			"application/ld+json",
			"application/json, text/plain",
			"text/plain; application/json",
			"application/json; charset=utf-16",
			"application/json; charset=utf-7",
			"application/json;charset=latin1",
			"application/x-www-form-urlencoded; charset=utf-16",
			"application/octet-stream",
			"multipart/mixed; boundary=x",
		]
		for (const type of types) {
			const answers = await bothAnswers(path, type, login())
			expect([type, answers.json.status]).toEqual([type, 415])
			expectRefused(answers, 415, "unsupported_media_type")
		}
		const bomb = gzipSync(Buffer.alloc(1_000_000))
		for (const encoding of ["gzip", "br", "deflate", "identity, gzip", "x-gzip"]) {
			const answers = await bothAnswers(path, "application/json", bomb, { "Content-Encoding": encoding })
			expectRefused(answers, 415, "unsupported_media_type")
		}
		expect(rowsOf(server)).toEqual(before)
	})

	it.each(FORMS)("H-03: that cannot be read as what they say are malformed at %s", async (path) => {
		const before = rowsOf(server)
		const good = `--x\r\nContent-Disposition: form-data; name="email"\r\n\r\na@example.org\r\n--x--\r\n`
		const broken: [type: string, body: string][] = [
			["application/json", `username=${person.username}&password=x`],
			["multipart/form-data", good],
			["multipart/form-data; boundary=", good],
			[`multipart/form-data; boundary=${"x".repeat(10_000)}`, good],
			["multipart/form-data; boundary=y", good],
			["multipart/form-data; boundary=x", "--x\r\n"],
			["multipart/form-data; boundary=x", "not multipart at all"],
			["multipart/form-data; boundary=x", good.replace(`; name="email"`, "")],
		]
		for (const [type, body] of broken) {
			const answers = await bothAnswers(path, type, body)
			expect([type.slice(0, 60), answers.json.status]).toEqual([type.slice(0, 60), 400])
			expectRefused(answers, 400, "malformed")
		}
		expect(rowsOf(server)).toEqual(before)
	})

	it("H-03: JSON sent as a form is a form without the fields that are due", async () => {
		const answers = await bothAnswers("/login", "application/x-www-form-urlencoded", login())
		expectRefused(answers, 422, "validation_failed")
	})

	it("are read in any letter case, with the charset that is ours anyway", async () => {
		const types = ["APPLICATION/JSON", "application/json; charset=UTF-8", `Application/Json;charset="utf-8"`]
		for (const type of types) expect((await bothAnswers("/login", type, login())).json.status).toBe(200)
		const form = new URLSearchParams({ username: person.username, password: person.password }).toString()
		const urlEncoded = "Application/X-WWW-Form-URLEncoded; charset=utf-8"
		const answers = await bothAnswers("/login", urlEncoded, form, { "Content-Encoding": "identity" })
		expect([answers.form.status, answers.json.status]).toEqual([303, 200])
	})
})

describe("a body over the limit", () => {
	it.each(FORMS)("is refused at %s, one that just fits is read", async (path) => {
		const before = rowsOf(server)
		const filler = (bytes: number) => `{"x":"${"y".repeat(bytes - 8)}"}`
		expectRefused(
			await bothAnswers(path, "application/json", filler(config.server.maxBodyBytes + 1)),
			413,
			"too_large",
		)
		const { json } = await bothAnswers(path, "application/json", filler(config.server.maxBodyBytes))
		expect([204, 400, 422]).toContain(json.status)
		expect(rowsOf(server)).toEqual(before)
	})
})
