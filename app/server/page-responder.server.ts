import { createRequestHandler, type ServerBuild } from "@remix-run/node"
import type { RequestHandler } from "express"
import { env } from "../env.server"
import { answerProblem } from "./answer-problem.server"
import { buildOfPage, type FindRoute } from "./route-table.server"
import { contextOf, sendWebResponse, toWebRequest } from "./web-adapter.server"

/**
 * Answers people, by Remix. (`@remix-run/express` would derive the host from the client's headers again, and could not
 * replay the body.)
 */
export function respondWithPage(build: ServerBuild, find: FindRoute): RequestHandler {
	const mode = env.production ? "production" : "development"
	const handleAny = createRequestHandler(build, mode)
	// What no page takes may be the router's own, such as its manifest, which is about all routes.
	const pages = Object.values(build.routes).filter(({ path }) => path !== "*")
	const handlers = new Map(
		pages.map((route) => [route.id, createRequestHandler(buildOfPage(build, route), mode)]),
	)
	return async (request, response, next) => {
		try {
			const handle = handlers.get(find(request.path).route.id ?? "") ?? handleAny
			const answer = await handle(toWebRequest(request), contextOf(request, response))
			if (isLastResort(answer)) answerProblem(request, response, "internal")
			else await sendWebResponse(answer, response)
		} catch (error) {
			next(error)
		}
	}
}

/** Two words, which Remix says where not even the page of an error could be rendered. The log knows why. */
function isLastResort({ status, headers }: Response): boolean {
	return status === 500 && headers.get("Content-Type") === "text/plain"
}
