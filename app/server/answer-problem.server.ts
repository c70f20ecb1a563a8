import type { IncomingMessage } from "node:http"
import type { Response } from "express"
import { type Problem, type ProblemCode, problem } from "../http/problem"
import { log } from "../log.server"
import { LINGER_MS } from "./broken-request.server"
import { hasTooManyPieces, TOO_MANY_PIECES } from "./message-classes.server"
import { renderProblem } from "./problem-page.server"
import { tellWhenToRetry } from "./web-adapter.server"

/** Answers what no route can, as JSON or as a page. */
export function answerProblem(request: IncomingMessage, response: Response, code: ProblemCode): void {
	const requestId = String(response.getHeader("X-Request-Id"))
	const { json, nonce } = response.locals
	// Programs get it only with what nobody expected: else no two answers would be the same.
	const body = problem(code, !json || code === "internal" ? { request_id: requestId } : {})
	const text = json ? JSON.stringify(body) : pageOf(body, { nonce, requestId })
	response.status(body.status)
	tellWhenToRetry(response)
	// Not by Express, which would add a charset that the same problem does not have when a route tells it.
	response.setHeader("Content-Type", json ? "application/problem+json" : "text/html; charset=utf-8")
	response.setHeader("Content-Length", Buffer.byteLength(text))
	// What is left of a body that nobody read must not become the connection's next request.
	if (!request.complete || hasUnreadBody(request)) response.setHeader("Connection", "close")
	response.write(text)
	discardRest(request, () => response.end())
}

/** Also where all of it came before anybody looked at the request. */
function hasUnreadBody({ headers, readableEnded }: IncomingMessage): boolean {
	const isSent = headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0
	return isSent && !readableEnded
}

/** Where the page itself fails, as a fork's might, there is still something to read, and to ask about. */
function pageOf(body: Problem, { nonce, requestId }: { nonce: string; requestId: string }): string {
	try {
		return renderProblem(body, nonce)
	} catch (error) {
		log.error({ event: "render.failed", err: error }, "The page of a problem could not be rendered")
		return `<!doctype html><title>${body.title}</title><h1>${body.title}</h1><p>${body.status} <code>${requestId}</code></p>`
	}
}

/**
 * A socket that is closed while the client still sends is reset, and the client may never see the answer (RFC 9112,
 * 9.6): so what still comes is thrown away for a moment, unless it comes in too many pieces.
 */
function discardRest(request: IncomingMessage, whenDone: () => void): void {
	if (request.readableEnded || request.destroyed || hasTooManyPieces(request)) return void whenDone()
	const timer = setTimeout(whenDone, LINGER_MS)
	request.once("close", () => clearTimeout(timer))
	request.once("end", whenDone)
	request.once(TOO_MANY_PIECES, whenDone)
	request.resume()
}
