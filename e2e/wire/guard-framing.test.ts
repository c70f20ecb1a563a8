import { beforeAll, describe, expect, it } from "vitest"
import { clientOf, type Person, registerVerified } from "../support/client"
import { exchange, requestText } from "../support/exchange"
import { serverFixture } from "../support/server-fixture"

const { server, mailbox } = serverFixture()
let person: Person

beforeAll(async () => {
	person = await registerVerified(server, mailbox)
})

/** A sign-in that would be right, were it not for how it is sent. */
const signInBody = () => JSON.stringify({ username: person.username, password: person.password })
const host = "Host: localhost"
const json = "Content-Type: application/json"
const hidden = requestText("GET /healthz HTTP/1.1", [host, "Connection: close"])

describe("requests whose end can be read in two ways", () => {
	const cases: [title: string, request: () => string][] = [
		[
			"Content-Length and Transfer-Encoding",
			() =>
				requestText(
					"POST /login HTTP/1.1",
					[host, json, "Content-Length: 5", "Transfer-Encoding: chunked"],
					`0\r\n\r\n${hidden}`,
				),
		],
		[
			"two Content-Lengths",
			() => {
				const body = signInBody()
				const lengths = [`Content-Length: ${body.length}`, "Content-Length: 0"]
				return requestText("POST /login HTTP/1.1", [host, json, ...lengths], body + hidden)
			},
		],
		[
			"a Content-Length with a sign",
			() =>
				requestText(
					"POST /login HTTP/1.1",
					[host, json, `Content-Length: +${signInBody().length}`],
					signInBody(),
				),
		],
		[
			"a list as Content-Length",
			() => requestText("POST /login HTTP/1.1", [host, json, "Content-Length: 5, 5"], signInBody()),
		],
		[
			"a Transfer-Encoding that is not chunked",
			() =>
				requestText(
					"POST /login HTTP/1.1",
					[host, json, "Transfer-Encoding: xchunked"],
					`0\r\n\r\n${hidden}`,
				),
		],
		[
			"chunked in the middle of the list",
			() =>
				requestText(
					"POST /login HTTP/1.1",
					[host, json, "Transfer-Encoding: chunked, identity"],
					`0\r\n\r\n${hidden}`,
				),
		],
		["a bare CR in a header", () => `GET /login HTTP/1.1\r\n${host}\r\nX-A: a\rX-B: b\r\n\r\n${hidden}`],
		[
			"a folded header",
			() => `POST /login HTTP/1.1\r\n${host}\r\nTransfer-Encoding:\r\n chunked\r\n\r\n${hidden}`,
		],
		[
			"a space before the colon",
			() => `POST /login HTTP/1.1\r\n${host}\r\nContent-Length : 5\r\n\r\nabcde${hidden}`,
		],
		["a chunk size that is no number", () => chunked("zz\r\nabc\r\n0\r\n\r\n") + hidden],
		["a negative chunk size", () => chunked("-1\r\nabc\r\n0\r\n\r\n") + hidden],
		["a chunk longer than it says", () => chunked("2\r\nabcdef\r\n0\r\n\r\n") + hidden],
		[
			"chunks by HTTP/1.0, which knows none",
			() => {
				const body = signInBody()
				const text = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
				return requestText("POST /login HTTP/1.0", [host, json, "Transfer-Encoding: chunked"], text) + hidden
			},
		],
		["a NUL in a header", () => `GET /login HTTP/1.1\r\n${host}\r\nX-A: a\0b\r\n\r\n${hidden}`],
	]

	it.each(cases)("H-30: %s: refused, hung up, and nothing behind it is answered", async (_title, request) => {
		const answer = await exchange(server, request())
		expect(answer.statuses).toEqual([400])
		expect(answer.closed).toBe(true)
		expect(answer.raw).not.toMatch(/^set-cookie/im)
		expect(answer.raw).not.toContain('{"status":"ok"}')
		expect(JSON.parse(answer.body)).toMatchObject({ code: "malformed" })
	})

	it("H-30: chunk extensions are not read as anything", async () => {
		const body = signInBody()
		const text = chunked(`${body.length.toString(16)};a=b;c="d"\r\n${body}\r\n0\r\n\r\n`, [
			"Connection: close",
		])
		const answer = await exchange(server, text)
		expect(answer.statuses).toEqual([200])
	})

	it("H-30: a second request in the same packet gets an answer of its own", async () => {
		const body = signInBody()
		const first = requestText("POST /login HTTP/1.1", [host, json, `Content-Length: ${body.length}`], body)
		const answer = await exchange(server, first + hidden)
		expect(answer.statuses).toEqual([200, 200])
		expect(answer.raw.lastIndexOf('{"status":"ok"}')).toBeGreaterThan(answer.raw.indexOf('"expires_at"'))
	})

	it("H-30: what follows a request that was refused is not answered", async () => {
		const refused = requestText(
			"POST /login HTTP/1.1",
			[host, "Content-Type: text/plain", "Content-Length: 5"],
			"abcde",
		)
		const answer = await exchange(server, refused + hidden)
		expect(answer.statuses).toEqual([415])
		expect(answer.closed).toBe(true)
	})

	it("H-04: a Content-Length that is too short leaves a body that is malformed", async () => {
		const body = signInBody()
		const text = requestText("POST /login HTTP/1.1", [host, json, "Content-Length: 10"], body)
		const answer = await exchange(server, text)
		expect(answer.statuses[0]).toBe(400)
		expect(answer.statuses).not.toContain(200)
		expect(answer.raw).not.toMatch(/^set-cookie/im)
		expect(answer.closed).toBe(true)
	})

	it.each(["garbage", "\0\0\0\0", "}"])(
		"H-30: %j behind a body in the same packet gets no answer besides the body's, or is refused with it",
		async (rest) => {
			const body = signInBody()
			const text = requestText("POST /login HTTP/1.1", [host, json, `Content-Length: ${body.length}`], body)
			const answer = await exchange(server, text + rest)
			expect(answer.statuses).toHaveLength(1)
			expect(answer.closed).toBe(true)
		},
	)

	it("H-04: a Content-Length that is too long is never a complete request", async () => {
		const body = signInBody()
		const answer = await exchange(server, (socket) =>
			socket.end(
				requestText("POST /login HTTP/1.1", [host, json, `Content-Length: ${body.length + 9}`], body),
			),
		)
		expect([0, 400]).toContain(answer.status)
		expect(answer.closed).toBe(true)
		expect(answer.raw).not.toMatch(/^set-cookie/im)
	})
})

describe("methods that nobody uses", () => {
	it.each(["TRACE", "PROPFIND", "LINK", "PURGE"])(
		"H-30: %s is refused with what there is",
		async (method) => {
			const answer = await exchange(
				server,
				requestText(`${method} /login HTTP/1.1`, [host, "Accept: application/json"]),
			)
			expect(answer.status).toBe(405)
			expect(JSON.parse(answer.body)).toMatchObject({ code: "method_not_allowed" })
			expect(answer.headers.get("Allow")).toContain("GET")
			expect(answer.closed).toBe(true)
		},
	)

	it.each(["QUERY", "FOO", "get", "CONNECT"])("H-30: %s is refused, and hung up", async (method) => {
		const target = method === "CONNECT" ? "evil.test:443" : "/login"
		const answer = await exchange(server, requestText(`${method} ${target} HTTP/1.1`, [host]) + hidden)
		expect(answer.statuses.length).toBe(1)
		expect([400, 405]).toContain(answer.status)
		expect(answer.closed).toBe(true)
	})

	it("H-30: an upgrade is not made", async () => {
		const headers = [host, "Connection: Upgrade, close", "Upgrade: websocket", "Accept: application/json"]
		const answer = await exchange(server, requestText("GET /healthz HTTP/1.1", headers))
		expect(answer.status).toBe(200)
	})

	it("H-30: the process is alive after all this", async () => {
		expect((await clientOf(server).get("/healthz")).status).toBe(200)
	})
})

function chunked(body: string, more: string[] = []): string {
	return requestText("POST /login HTTP/1.1", [host, json, "Transfer-Encoding: chunked", ...more], body)
}
