import { existsSync } from "node:fs"
import { connect, type Socket } from "node:net"
import { describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import { MAX_PIECES } from "../../app/server/message-classes.server"
import { MOST_FIELDS } from "../../app/server/turns.server"
import { clientOf, freshAddress } from "../support/client"
import { exchange, requestText } from "../support/exchange"
import { residentMegabytes } from "../support/resident-memory"
import { serverFixture } from "../support/server-fixture"

const MAX_BODY_BYTES = config.server.maxBodyBytes
const MEGABYTE = 1024 * 1024
/** Of what one network may have under way. */
const FAR_TOO_MANY = 700

const { server } = serverFixture()

const host = "Host: localhost"
const json = ["Content-Type: application/json", "Accept: application/json"]
const sentBy = () => server.logLines().filter(({ event }) => event === "login.refused").length

/** Sends megabytes as fast as they are taken. */
function pump(socket: Socket, chunked: boolean, more: () => boolean): void {
	const piece = Buffer.alloc(MEGABYTE, "a")
	const size = Buffer.from(`${MEGABYTE.toString(16)}\r\n`)
	const framed = chunked ? Buffer.concat([size, piece, Buffer.from("\r\n")]) : piece
	const next = () => {
		while (!socket.destroyed && more()) if (!socket.write(framed)) return void socket.once("drain", next)
	}
	next()
}

describe("bodies that are too large", () => {
	it("H-04: 30 MB under an honest length are refused before they are sent", async () => {
		const text = requestText("POST /login HTTP/1.1", [host, ...json, `Content-Length: ${30 * MEGABYTE}`])
		const answer = await exchange(server, text)
		expect(answer.status).toBe(413)
		expect(JSON.parse(answer.body)).toMatchObject({ code: "too_large" })
		expect(answer.closed).toBe(true)
	})

	it.each(["Content-Length: 31457280", "Transfer-Encoding: chunked"])(
		"H-04: 30 MB that are sent all the same get their answer (%s)",
		async (framing) => {
			const before = sentBy()
			let pieces = 30
			const answer = await exchange(server, (socket) => {
				socket.write(requestText("POST /login HTTP/1.1", [host, ...json, framing]))
				pump(socket, framing.startsWith("T"), () => pieces-- > 0)
			})
			expect([answer.statuses, answer.closed]).toEqual([[413], true])
			expect(JSON.parse(answer.body)).toMatchObject({ code: "too_large" })
			expect(sentBy()).toBe(before)
		},
	)

	it("H-04: a body without an end is answered and cut off", async () => {
		const answer = await exchange(server, (socket) => {
			socket.write(requestText("POST /login HTTP/1.1", [host, ...json, "Transfer-Encoding: chunked"]))
			pump(socket, true, () => true)
		})
		expect([answer.statuses, answer.closed]).toEqual([[413], true])
	})

	it("H-04: one byte more than allowed is too large, with a length and without", async () => {
		const fits = JSON.stringify({ username: "ada", password: "correct horse battery", padding: "" })
		const padding = MAX_BODY_BYTES - fits.length
		for (const [extra, status] of [
			[0, 401],
			[1, 413],
		] as const) {
			const body = fits.replace('"padding":""', `"padding":"${"a".repeat(padding + extra)}"`)
			const withLength = await clientOf(server).postJson("/login", body)
			const streamed = await clientOf(server).send("/login", {
				method: "POST",
				headers: { "Content-Type": "application/json" },
				body: new Blob([body]).stream(),
				duplex: "half",
			} as RequestInit)
			expect([extra, withLength.status, streamed.status]).toEqual([extra, status, status])
		}
	})

	it("H-04: fields are counted: 100 are read, 101 are not", async () => {
		const before = sentBy()
		for (const [count, code] of [
			[100, "credentials_invalid"],
			[101, "validation_failed"],
			[3_000, "validation_failed"],
		] as const) {
			const names = Array.from({ length: count - 2 }, (_, index) => [`f${index}`, "1"])
			const fields = Object.fromEntries([
				["username", "ada"],
				["password", "correct horse battery"],
				...names,
			])
			const accept = { Accept: "application/json" }
			const multipart = new FormData()
			for (const [name, value] of Object.entries(fields)) multipart.append(name, String(value))
			const answers = [
				await clientOf(server).postJson("/login", fields),
				await clientOf(server).postForm("/login", fields, accept),
				...(count > 500
					? []
					: [await clientOf(server).send("/login", { method: "POST", headers: accept, body: multipart })]),
			]
			for (const answer of answers) expect([count, answer.json?.code]).toEqual([count, code])
		}
		await expect.poll(() => sentBy() - before, { timeout: 5_000 }).toBe(3)
	})

	it("H-04: 300,000 names are too many bytes before they are too many fields", async () => {
		const body = Array.from({ length: 300_000 }, (_, index) => `f${index}=`).join("&")
		const answer = await clientOf(server).send("/login", {
			method: "POST",
			headers: { "Content-Type": "application/x-www-form-urlencoded", Accept: "application/json" },
			body,
		})
		expect([answer.status, answer.json?.code]).toEqual([413, "too_large"])
	})
})

describe("bodies in pieces of one byte", () => {
	const inPieces = (body: string) => body.replace(/./gs, "1\r\n$&\r\n")
	const chunked = requestText("POST /login HTTP/1.1", [
		host,
		...json,
		"Transfer-Encoding: chunked",
		"Connection: close",
	])

	it("H-04: are read like any other, as long as they are few", async () => {
		const body = JSON.stringify({
			username: "ada",
			password: "correct horse battery",
			padding: "a".repeat(700),
		})
		const answer = await exchange(server, `${chunked}${inPieces(body)}0\r\n\r\n`)
		expect(JSON.parse(answer.body)).toMatchObject({ code: "credentials_invalid" })
	})

	it.each([
		["at once", 0],
		["one after the other", 20],
	])("H-04: are refused where they are many, %s, and the connection ends", async (_, pauseMs) => {
		const answer = await exchange(server, (socket) => {
			socket.setNoDelay(true)
			socket.write(chunked)
			const next = () => {
				if (socket.destroyed) return
				socket.write(inPieces(" ".repeat(pauseMs === 0 ? MAX_PIECES * 2 : 100)))
				setTimeout(next, pauseMs)
			}
			next()
		})
		expect([answer.statuses, answer.closed]).toEqual([[413], true])
		expect(JSON.parse(answer.body)).toMatchObject({ code: "too_large" })
	})

	it("H-77: are parsed no further once what they belong to is refused", async () => {
		let sent = 0
		const piece = inPieces(" ".repeat(10_000))
		const started = performance.now()
		const answer = await exchange(server, (socket) => {
			socket.write(
				requestText("POST /login HTTP/1.1", [host, "Content-Type: text/plain", "Transfer-Encoding: chunked"]),
			)
			const next = () => {
				while (!socket.destroyed) {
					sent += piece.length
					if (!socket.write(piece)) return void socket.once("drain", next)
				}
			}
			next()
		})
		expect(answer.closed).toBe(true)
		// Others, of fewer pieces, get two seconds to read the answer.
		expect(performance.now() - started).toBeLessThan(2_000)
		expect(sent).toBeLessThan(20 * MEGABYTE)
	})

	it("H-04: are refused, once one network holds as many open as anybody needs; others are answered", async () => {
		const address = freshAddress()
		const body = ["Content-Type: application/json", "Content-Length: 60000"]
		const headers = [host, `X-Forwarded-For: ${address}`, ...body]
		const answers: string[] = []
		const held = Array.from({ length: FAR_TOO_MANY }, () => {
			const socket = connect(server.port, "127.0.0.1").on("error", () => {})
			socket.on("data", (data) => answers.push(String(data)))
			socket.write(requestText("POST /login HTTP/1.1", headers) + "x".repeat(50_000))
			return socket
		})
		await expect.poll(() => answers.length, { timeout: 10_000 }).toBeGreaterThan(0)
		expect((await clientOf(server).get("/login")).status).toBe(200)
		for (const socket of held) socket.destroy()
		expect(answers.length).toBeLessThan(FAR_TOO_MANY / 2)
		expect(answers[0]).toMatch(/^HTTP\/1\.1 503 .*\r\nRetry-After: 2\r\n.*"overloaded"/is)
		await expect.poll(async () => (await clientOf(server, address).get("/login")).status).toBe(200)
	})

	it.skipIf(!existsSync("/proc/self/status"))(
		"H-77: fill no memory, however many are held open",
		async () => {
			const before = residentMegabytes(server)
			const held = Array.from({ length: 40 }, () => {
				const socket = connect(server.port, "127.0.0.1").on("error", () => {})
				socket.write(chunked + inPieces(" ".repeat(60_000)))
				return socket
			})
			await new Promise((resolve) => setTimeout(resolve, 2_000))
			expect((await clientOf(server).get("/healthz")).status).toBe(200)
			expect(residentMegabytes(server) - before).toBeLessThan(150)
			for (const socket of held) socket.destroy()
		},
	)
})

describe("heads that are too large", () => {
	it("H-04: 64 kB of headers", async () => {
		const many = Array.from({ length: 64 }, (_, index) => `X-${index}: ${"a".repeat(1_000)}`)
		for (const headers of [many, [`X-One: ${"a".repeat(64_000)}`], [`Cookie: ${"a=b; ".repeat(13_000)}`]]) {
			const answer = await exchange(server, requestText("GET /login HTTP/1.1", [host, ...headers]))
			expect(answer.status).toBe(431)
			expect(JSON.parse(answer.body)).toMatchObject({ code: "headers_too_large" })
			expect(answer.closed).toBe(true)
		}
	})

	it("H-04: a hundred fields are seen to the last, and more are too many", async () => {
		const known = [host, ...json, "Content-Length: 0", "Connection: close"]
		const ask = async (fields: number) => {
			const many = Array.from({ length: fields - known.length - 1 }, () => "a:")
			const headers = [...known, ...many, "Origin: https://evil.test"]
			const { status, body } = await exchange(server, requestText("POST /logout HTTP/1.1", headers))
			return [status, JSON.parse(body).code]
		}
		expect(await ask(MOST_FIELDS)).toEqual([403, "origin_refused"])
		for (const fields of [MOST_FIELDS + 1, 2_500])
			expect(await ask(fields)).toEqual([431, "headers_too_large"])
	})

	it("H-30: a client that keeps its side open after being refused is cut off", async () => {
		for (const text of ["garbage\r\n\r\n", requestText("CONNECT evil.test:443 HTTP/1.1", [host])]) {
			const closed = await new Promise((resolve) => {
				const socket = connect({ port: server.port, host: "127.0.0.1", allowHalfOpen: true })
				const timer = setInterval(() => socket.write("more"), 200)
				socket.write(text)
				socket.resume()
				socket.on("error", () => {})
				socket.on("close", () => resolve(clearInterval(timer) ?? true))
				setTimeout(() => resolve(false), 8_000)
			})
			expect([text, closed]).toEqual([text, true])
		}
	})

	it("H-04: an address of 8 kB", async () => {
		const paths = [`/login?x=${"a".repeat(8_192)}`, `/${"a".repeat(8_192)}`]
		const head = (path: string) => requestText(`GET ${path} HTTP/1.1`, [host, "Accept: application/json"])
		for (const answer of await Promise.all(paths.map((path) => exchange(server, head(path))))) {
			expect(answer.status).toBe(414)
			expect(JSON.parse(answer.body)).toMatchObject({ code: "uri_too_long" })
			expect(answer.raw).not.toContain("aaaa")
			expect(answer.closed).toBe(true)
		}
	})
})

describe("requests that never end", () => {
	const PATIENCE_MS = (config.server.requestTimeoutSeconds + 14) * 1000

	const drip = (head: string, piece: string) =>
		exchange(
			server,
			(socket) => {
				socket.write(head)
				const timer = setInterval(() => socket.write(piece), 1_000)
				socket.on("close", () => clearInterval(timer))
			},
			PATIENCE_MS,
		)

	it("H-04: are told so and hung up: a slow body, slow chunks, slow headers, and silence", async () => {
		const before = sentBy()
		const answers = await Promise.all([
			drip(requestText("POST /login HTTP/1.1", [host, ...json, "Content-Length: 60"]), "a"),
			drip(requestText("POST /login HTTP/1.1", [host, ...json, "Transfer-Encoding: chunked"]), "1\r\na\r\n"),
			drip(`GET /login HTTP/1.1\r\n${host}\r\nX-Slow: `, "a"),
			drip("GET /log", ""),
		])
		for (const answer of answers) {
			expect([answer.closed, answer.statuses]).toEqual([true, [408]])
			expect(JSON.parse(answer.body)).toMatchObject({ code: "too_slow" })
		}
		expect(sentBy()).toBe(before)
		expect((await clientOf(server).get("/healthz")).status).toBe(200)
	})
})

describe("a body that comes with a GET", () => {
	it("H-04: is thrown away, and the connection goes on with the next request", async () => {
		const first = requestText("GET /healthz HTTP/1.1", [host, "Content-Length: 5"])
		const second = requestText("GET /readyz HTTP/1.1", [host, "Connection: close"])
		const answer = await exchange(server, `${first}hello${second}`)
		expect(answer.statuses).toEqual([200, 200])
	})

	it("H-04: is refused when it is too large, also without an end", async () => {
		const announced = requestText("GET /login HTTP/1.1", [host, `Content-Length: ${MEGABYTE}`])
		expect((await exchange(server, announced)).status).toBe(413)
		const endless = requestText("GET /login HTTP/1.1", [host, "Transfer-Encoding: chunked"])
		const chunk = `${(MAX_BODY_BYTES + 1).toString(16)}\r\n${"a".repeat(MAX_BODY_BYTES + 1)}\r\n`
		const answer = await exchange(server, endless + chunk)
		expect([answer.status, answer.closed]).toEqual([413, true])
	})
})
