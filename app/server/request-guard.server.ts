import { randomUUID } from "node:crypto"
import type { NextFunction, Request, Response } from "express"
import { env } from "../env.server"
import type { ProblemCode } from "../http/problem"
import { requestScope } from "../log.server"
import { answerProblem } from "./answer-problem.server"
import { readWholeBody, refusedBody } from "./body-bytes.server"
import { clientAddress } from "./client-address.server"
import { wantsJson } from "./content-negotiation.server"
import { createNonce, securityHeaders } from "./headers.server"
import { untilTurn } from "./network-turns.server"
import { isSameOrigin } from "./origin.server"
import { isWellFormedPath } from "./path.server"
import { traceIdOf } from "./traceparent.server"

const MAX_URL_LENGTH = 8_000
/** A name of 253 (RFC 1035, 2.3.4), a dot at its end, and a port. */
const MAX_HOST_LENGTH = 260
const OWN_HOST = new URL(env.appUrl).host

/**
 * Stands before everything else. What gets past it has a known client address, an ordinary path, the host of `APP_URL`,
 * comes from our own pages or from a program, and has a complete body of a type and size that we read. Whether its
 * answer is JSON or a page is settled here, too.
 */
export function guardRequests(request: Request, response: Response, next: NextFunction): void {
	const requestId = randomUUID()
	const traceId = traceIdOf(request.headers.traceparent)
	response.locals.traceId = traceId
	response.locals.address = clientAddress(request)
	response.locals.json = wantsJson(request)
	response.locals.nonce = createNonce()
	for (const [name, value] of securityHeaders(response.locals.nonce, requestId))
		response.setHeader(name, value)
	requestScope.run({ requestId, traceId }, () => {
		const refused = refusedAtOnce(request) ?? readWholeBody(request)
		if (refused instanceof Promise) admitLate(request, response, next, refused).catch(next)
		else admit(request, response, next, refused)
	})
}

async function admitLate(
	request: Request,
	response: Response,
	next: NextFunction,
	reading: Promise<ProblemCode | null>,
): Promise<void> {
	const refused = await reading
	await untilTurn(response)
	admit(request, response, next, refused)
}

function admit(request: Request, response: Response, next: NextFunction, refused: ProblemCode | null): void {
	if (refused) {
		answerProblem(request, response, refused)
		return
	}
	// Taken off the connection, but it means nothing (RFC 9110, 9.3.1).
	if (isSafe(request) && request.body) request.body = undefined
	settleHeaders(request)
	// Out of Node's HTTP parser, inside of which `AsyncLocalStorage` makes every promise slow.
	setImmediate(next)
}

function refusedAtOnce(request: Request): ProblemCode | null {
	const { headers, originalUrl } = request
	if (originalUrl.length > MAX_URL_LENGTH) return "uri_too_long"
	if (!isSafe(request) && !hasBearerToken(request) && !isSameOrigin(request)) return "origin_refused"
	if (!isWellFormedPath(originalUrl) || !hasOneWellFormedHost(request)) return "malformed"
	// Node's parser refuses codings that do not end in "chunked", but of "gzip, chunked" would leave the gzip in.
	const coding = headers["transfer-encoding"]
	if (/,\s*chunked$/i.test(coding ?? "")) return "malformed"
	// HTTP/1.0 knows no codings: whatever stands in between may see the end of the body elsewhere (RFC 9112, 6.1).
	if (coding !== undefined && request.httpVersion === "1.0") return "malformed"
	return refusedBody(request)
}

function isSafe({ method }: Request): boolean {
	return method === "GET" || method === "HEAD"
}

/**
 * No browser sends one by itself, and another site's script may only after a preflight, which nobody here answers.
 * Beside it, cookies do not count.
 */
function hasBearerToken({ headers }: Request): boolean {
	return /^bearer /i.test(headers.authorization ?? "")
}

function hasOneWellFormedHost(request: Request): boolean {
	const host = request.headers.host ?? ""
	if (request.headersDistinct.host?.length !== 1 || host.length > MAX_HOST_LENGTH) return false
	const match = /^(?:[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?\.?|\[[0-9a-f:.]+\])(?::(\d{1,5}))?$/i.exec(host)
	return match !== null && Number(match[1] ?? 0) <= 65_535 && URL.canParse(`http://${host}`)
}

/** What Remix would otherwise trust: the client decides neither our name nor our scheme. */
function settleHeaders(request: Request): void {
	for (const name of Object.keys(request.headers))
		if (name === "origin" || name === "forwarded" || /^x-(forwarded|original|rewrite|real)-/.test(name))
			delete request.headers[name]
	request.headers.host = OWN_HOST
	// Node would use the first of several; whatever stands in between may use another. Together they are none.
	if ((request.headersDistinct.authorization?.length ?? 0) > 1)
		request.headers.authorization = request.headersDistinct.authorization?.join(", ")
}
