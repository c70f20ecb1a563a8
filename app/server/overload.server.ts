import type { RequestHandler } from "express"
import { answerProblem } from "./answer-problem.server"
import type { FindRoute } from "./route-table.server"

/**
 * Tells programs at once what a route whose `handle` has `hashesPassword` would tell them in the end: that too many
 * passwords wait already. It costs a fraction of that, so that what the machine has left goes to everybody else. People get
 * their form back, with what they typed, by the route.
 */
export function refuseOverload(
	find: FindRoute,
	wouldWaitTooLong: (address: string) => boolean,
): RequestHandler {
	return (request, response, next) => {
		const { hashesPassword } = (find(request.path).route.module?.handle ?? {}) as { hashesPassword?: boolean }
		const isShed = request.method === "POST" && hashesPassword && response.locals.json
		if (isShed && wouldWaitTooLong(response.locals.address)) answerProblem(request, response, "overloaded")
		else next()
	}
}
