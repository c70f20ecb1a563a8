import { timingSafeEqual } from "node:crypto"
import type { NextFunction, Request, Response } from "express"
import { env } from "../env.server"
import { collectMetrics } from "../metrics.server"
import { answerProblem } from "./answer-problem.server"

const PATH = "/metrics"
const LOOPBACK = /^(?:::ffff:)?127\.|^::1$/
const OWN_NAME = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i
const TRACE_OF_PROXY = /^(?:x-(?:forwarded|original|envoy)-.*|.*-ip|forwarded|via|cdn-loop)$/

/** For those who collect them. For others it is like any missing path: the router says so. See decision 25. */
export function serveMetrics(request: Request, response: Response, next: NextFunction): void {
	if (request.path !== PATH || !(hasToken(request) || isFromThisMachine(request))) return void next()
	response.locals.route = PATH
	if (request.method === "GET" || request.method === "HEAD") return void answer(response).catch(next)
	response.setHeader("Allow", "GET, HEAD")
	answerProblem(request, response, "method_not_allowed")
}

async function answer(response: Response): Promise<void> {
	const { text, contentType } = await collectMetrics()
	response.setHeader("Content-Type", contentType)
	response.setHeader("Content-Length", Buffer.byteLength(text))
	response.end(text)
}

function hasToken({ headers }: Request): boolean {
	const [, shown] = /^bearer (.*)$/i.exec(headers.authorization ?? "") ?? []
	if (!env.metricsToken || !shown) return false
	const [given, expected] = [Buffer.from(shown), Buffer.from(env.metricsToken)]
	return given.length === expected.length && timingSafeEqual(given, expected)
}

/**
 * Behind a proxy all visitors come from this machine, or say they do: there the token alone counts. Where we are told
 * to trust none, a proxy leaves its traces; and a page of another site, in a browser on this machine, may reach us by a
 * name of its own, but not by ours.
 */
function isFromThisMachine({ socket, headersDistinct, httpVersion }: Request): boolean {
	return (
		env.trustedProxies === 0 &&
		// nginx speaks 1.0 to what is behind it, unless it is told not to.
		httpVersion === "1.1" &&
		LOOPBACK.test(socket.remoteAddress ?? "") &&
		!Object.keys(headersDistinct).some((name) => TRACE_OF_PROXY.test(name)) &&
		OWN_NAME.test(headersDistinct.host?.[0] ?? "")
	)
}
