import { randomUUID } from "node:crypto"
import type { Duplex } from "node:stream"
import { log } from "../log.server"
import { type ProblemCode, problem } from "./problem"

/** Answers what Node could not even parse, or what never arrived in full, and hangs up. */
export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
	if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy()
	const code = codes[error.code ?? ""] ?? "malformed"
	const body = JSON.stringify(problem(code))
	const requestId = randomUUID()
	log.info(
		{ event: "request.broken", reason: error.code, request_id: requestId },
		"A request could not be parsed",
	)
	const { status, title } = problem(code)
	socket.end(
		[
			`HTTP/1.1 ${status} ${title}`,
			"Content-Type: application/problem+json",
			`Content-Length: ${Buffer.byteLength(body)}`,
			"Cache-Control: no-store",
			"X-Content-Type-Options: nosniff",
			"Content-Security-Policy: default-src 'none'; frame-ancestors 'none'",
			"Referrer-Policy: same-origin",
			`X-Request-Id: ${requestId}`,
			"Connection: close",
			"",
			body,
		].join("\r\n"),
	)
}

const codes: Record<string, ProblemCode> = {
	HPE_HEADER_OVERFLOW: "headers_too_large",
	ERR_HTTP_REQUEST_TIMEOUT: "too_slow",
}
