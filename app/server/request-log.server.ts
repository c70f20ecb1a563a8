import type { NextFunction, Request, Response } from "express"
import { log } from "../log.server"
import { observeRequest } from "../metrics.server"

const MAX_PATH_LENGTH = 256
/** A query, also one whose mark a mail program or a proxy encoded, once or more often; and a fragment. */
const QUERY = /[?#]|%(?:25)*(?:3f|23)/i
/** As long as a signature or a session's token, and longer than an id, also where its dashes are encoded. */
const TOKEN = /(?:[A-Za-z0-9_-]|%[0-9a-f]{2}){40,}/gi
/** What a mail address has. */
const AT = /@|%(?:25)*40/i
/** What JSON would write as several characters. */
const UNUSUAL = /[^\x21-\x7e]|["\\]/g

/** One line per request, of less than a kilobyte, without its query: links carry signatures there. */
export function logRequest(request: Request, response: Response, next: NextFunction): void {
	const started = performance.now()
	response.on("close", () => {
		const { method } = request
		const path = loggedPath(request.originalUrl)
		const milliseconds = performance.now() - started
		const status = response.writableFinished ? response.statusCode : null
		observeRequest(response.locals.route ?? "none", method, status, milliseconds / 1000)
		const about = {
			event: "request",
			request_id: response.getHeader("X-Request-Id"),
			trace_id: response.locals.traceId,
			method,
			path,
			status: response.statusCode,
			aborted: status === null ? true : undefined,
			address: response.locals.address,
			milliseconds: Math.round(milliseconds),
		}
		if (path.startsWith("/assets/")) log.debug(about, `${method} ${path} ${response.statusCode}`)
		else log.info(about, `${method} ${path} ${response.statusCode}`)
	})
	next()
}

/** What may be told of a request's target: no query in any spelling, nothing as long as a secret, no mail address. */
export function loggedPath(target: string): string {
	const [path = ""] = target.split(QUERY, 1)
	const parts = path.split("/").map((part) => (AT.test(part) ? "…" : part))
	return parts.join("/").replace(TOKEN, "…").replace(UNUSUAL, "_").slice(0, MAX_PATH_LENGTH)
}
