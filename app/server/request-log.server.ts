import type { NextFunction, Request, Response } from "express"
import { log } from "../log.server"

/** One line per request, without its query: links carry signatures there. */
export function logRequest(request: Request, response: Response, next: NextFunction): void {
	const started = performance.now()
	response.on("close", () => {
		const { method } = request
		const path = request.originalUrl.split("?", 1)[0]
		const about = {
			event: "request",
			request_id: response.getHeader("X-Request-Id"),
			method,
			path,
			status: response.statusCode,
			aborted: response.writableFinished ? undefined : true,
			address: response.locals.address,
			milliseconds: Math.round(performance.now() - started),
		}
		if (path?.startsWith("/assets/")) log.debug(about, `${method} ${path} ${response.statusCode}`)
		else log.info(about, `${method} ${path} ${response.statusCode}`)
	})
	next()
}
