import type { RequestHandler } from "express"
import { answerProblem } from "./answer-problem.server"
import type { FindRoute, FoundRoute } from "./route-table.server"

/** What browsers and programs send. Whoever sends another has something else in mind, and is ignored from then on. */
const USUAL_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

/**
 * Refuses every method that the route does not take (RFC 9110, 15.5.6). A path that no route takes is not found,
 * whatever the method.
 */
export function refuseOtherMethods(find: FindRoute): RequestHandler {
	return (request, response, next) => {
		const { route, pattern } = find(request.path)
		response.locals.route = pattern
		if (!USUAL_METHODS.includes(request.method)) response.setHeader("Connection", "close")
		const isNowhere = !route.module || route.path === "*"
		if (isNowhere && request.method !== "GET" && request.method !== "HEAD")
			return answerProblem(request, response, "not_found")
		const allowed = allowedMethods(route)
		if (isNowhere || allowed.includes(request.method)) return next()
		response.setHeader("Allow", allowed.join(", "))
		answerProblem(request, response, "method_not_allowed")
	}
}

/**
 * GET and HEAD where there is a loader, and where there is an action POST, unless the route's `handle.methods` names
 * others.
 */
function allowedMethods({ module }: FoundRoute["route"]): string[] {
	const { methods = ["POST"] } = (module?.handle ?? {}) as { methods?: string[] }
	return [...(module?.loader ? ["GET", "HEAD"] : []), ...(module?.action ? methods : [])]
}
