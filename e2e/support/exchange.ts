import { connect, type Socket } from "node:net"
import type { TestServer } from "./server"

/** What came back on one connection. */
export type RawAnswer = {
	/** Everything, as text. */
	raw: string
	/** The status of the first answer; 0 when there was none. */
	status: number
	/** The first answer's headers, by lower-case name. */
	headers: Headers
	/** What follows the first answer's headers. */
	body: string
	/** The statuses of all answers. */
	statuses: number[]
	/** Whether the server hung up, rather than the test giving up. */
	closed: boolean
}

/**
 * Speaks to the server byte by byte, for what `fetch` is too polite to send.
 *
 * @param request what to send, each character one byte, or a function that sends it piece by piece
 * @param waitMs how long to wait for the server to hang up
 */
export function exchange(
	server: Pick<TestServer, "port">,
	request: string | ((socket: Socket) => void),
	waitMs = 8_000,
): Promise<RawAnswer> {
	return new Promise((resolve) => {
		const chunks: Buffer[] = []
		const socket = connect(server.port, "127.0.0.1", () => {
			if (typeof request === "function") request(socket)
			else socket.write(request, "latin1")
		})
		const finish = (closed: boolean) => {
			clearTimeout(timer)
			socket.destroy()
			resolve(parse(Buffer.concat(chunks).toString("latin1"), closed))
		}
		const timer = setTimeout(() => finish(false), waitMs)
		socket.on("data", (chunk) => chunks.push(chunk))
		// A server that hangs up while we still write is what many of these tests are about.
		socket.on("error", () => {})
		socket.on("close", () => finish(true))
	})
}

/** The text of one request. Headers are sent as given, in order; nothing is added. */
export function requestText(line: string, headers: string[], body = ""): string {
	return [line, ...headers, "", body].join("\r\n")
}

/** A GET with these header lines, on a connection of its own. */
export function getRaw(
	server: Pick<TestServer, "port">,
	path: string,
	headers: string[] = [],
): Promise<RawAnswer> {
	return exchange(
		server,
		requestText(`GET ${path} HTTP/1.1`, ["Host: localhost", "Connection: close", ...headers]),
	)
}

function parse(raw: string, closed: boolean): RawAnswer {
	const [head = "", ...rest] = raw.split("\r\n\r\n")
	const headers = new Headers()
	for (const line of head.split("\r\n").slice(1)) {
		const colon = line.indexOf(":")
		headers.append(line.slice(0, colon), line.slice(colon + 1).trim())
	}
	const statuses = [...raw.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))
	return { raw, status: statuses[0] ?? 0, headers, body: rest.join("\r\n\r\n"), statuses, closed }
}
