import { connect } from "node:net"
import type { TestServer } from "./server"

/** Sends these very bytes, which no well-behaved client would send, and reads until the server hangs up. */
function sendRaw(
	server: Pick<TestServer, "port">,
	request: Buffer | string,
): Promise<{ status: number; text: string }> {
	return new Promise((resolve, reject) => {
		const socket = connect(server.port, "localhost")
		const chunks: Buffer[] = []
		socket.setTimeout(20_000, () => socket.destroy(new Error("No answer")))
		socket.on("data", (chunk) => chunks.push(chunk))
		socket.on("error", reject)
		socket.on("close", () => {
			const text = Buffer.concat(chunks).toString("latin1")
			resolve({ status: Number(text.split(" ")[1] ?? 0), text })
		})
		socket.write(typeof request === "string" ? Buffer.from(request, "latin1") : request)
	})
}

/** A GET with these header lines; each character of them is one byte. */
export function getRaw(server: Pick<TestServer, "port">, path: string, lines: string[]) {
	const host = `Host: localhost:${server.port}`
	const head = [
		`GET ${path} HTTP/1.1`,
		host,
		"Accept: application/json",
		...lines,
		"Connection: close",
		"",
		"",
	]
	return sendRaw(server, head.join("\r\n"))
}
