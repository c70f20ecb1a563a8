import { createRequestHandler, type ServerBuild } from "@remix-run/node"
import type { RequestHandler } from "express"
import { env } from "../env.server"
import { answerProblem } from "./answer-problem.server"
import { buildOfPage, type FindRoute, type FoundRoute } from "./route-table.server"
import { contextOf, sendWebResponse, toWebRequest } from "./web-adapter.server"

type RemixHandler = ReturnType<typeof createRequestHandler>

/**
 * Answers people, by Remix. (`@remix-run/express` would derive the host from the client's headers again, and could not
 * replay the body.)
 */
export function respondWithPage(build: ServerBuild, find: FindRoute): RequestHandler {
	const mode = env.production ? "production" : "development"
	const handleWhole = createRequestHandler(build, mode)
	const handlers = new Map<string, RemixHandler>()
	const handlerOf = ({ id, path }: FoundRoute["route"]): RemixHandler => {
		// What no page takes may be the router's own, such as its manifest, which is about all routes.
		const route = path === "*" ? undefined : build.routes[id ?? ""]
		if (!route) return handleWhole
		const handler = handlers.get(route.id) ?? createRequestHandler(buildOfPage(build, route), mode)
		handlers.set(route.id, handler)
		return handler
	}
	return async (request, response, next) => {
		try {
			const handle = handlerOf(find(request.path).route)
			const context = contextOf(request, response)
			const answer = await handle(toWebRequest(request), context)
			if (isLastResort(answer)) answerProblem(request, response, "internal")
			else await sendWebResponse(answer, response, context.html)
		} catch (error) {
			next(error)
		}
	}
}

/** Two words, which Remix says where not even the page of an error could be rendered. The log knows why. */
function isLastResort({ status, headers }: Response): boolean {
	return status === 500 && headers.get("Content-Type") === "text/plain"
}
