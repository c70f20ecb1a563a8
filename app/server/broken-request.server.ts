import { randomUUID } from "node:crypto"
import type { ServerResponse } from "node:http"
import type { Duplex } from "node:stream"
import { type ProblemCode, problem } from "../http/problem"
import { isToBeSaid, log } from "../log.server"
import { createNonce, securityHeaders } from "./headers.server"
import { endsWithAnswer } from "./turns.server"

/** How long a client that was refused may go on sending before it is cut off, so that it can read the answer. */
export const LINGER_MS = 2_000

const RETRY_AFTER_SECONDS = 2

/** Answers what Node could not even parse, or what never arrived in full, and hangs up. */
export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
	// Node takes its own listener off a socket that it hands over; a reset would then end the whole process.
	socket.on("error", () => socket.destroy())
	if (error.code === "ECONNRESET") return void socket.destroy()
	// Each further packet is one more error.
	if (!socket.writable || endsWithAnswer(socket)) return
	setTimeout(() => socket.destroy(), LINGER_MS).unref()
	socket.resume()
	const refused = problem(codes[error.code ?? ""] ?? "malformed")
	const body = JSON.stringify(refused)
	const requestId = randomUUID()
	log.info(
		{ event: "request.broken", reason: error.code, request_id: requestId },
		"A request could not be parsed",
	)
	const headers = [
		...securityHeaders(createNonce(), requestId),
		["Content-Type", "application/problem+json"],
		["Content-Length", Buffer.byteLength(body)],
		["Connection", "close"],
	]
	const lines = headers.map(([name, value]) => `${name}: ${value}`)
	socket.end([`HTTP/1.1 ${refused.status} ${refused.title}`, ...lines, "", body].join("\r\n"))
}

/**
 * Before anything is looked at: its head has too many fields, or its sender has more under way than anybody needs,
 * which is logged once a minute.
 */
export function refuseUnread(response: ServerResponse, code: "overloaded" | "headers_too_large"): void {
	if (code === "overloaded" && isToBeSaid("requests.refused"))
		log.warn(
			{ event: "requests.refused" },
			"A network has too many requests under way; more of it are refused",
		)
	const refused = problem(code)
	for (const [name, value] of securityHeaders(createNonce(), randomUUID())) response.setHeader(name, value)
	if (code === "overloaded") response.setHeader("Retry-After", RETRY_AFTER_SECONDS)
	const body = JSON.stringify(refused)
	response.writeHead(refused.status, {
		"Content-Type": "application/problem+json",
		"Content-Length": Buffer.byteLength(body),
		Connection: "close",
	})
	response.end(body)
}

const codes: Record<string, ProblemCode> = {
	HPE_HEADER_OVERFLOW: "headers_too_large",
	ERR_HTTP_REQUEST_TIMEOUT: "too_slow",
}
