import { createRequestHandler, type ServerBuild } from "@remix-run/node"
import type { Request as ExpressRequest, Response as ExpressResponse, RequestHandler } from "express"
import { env } from "../env.server"
import { refuse } from "./edge.server"
import { problemFor } from "./problem"
import { contextOf, sendWebResponse, toWebRequest } from "./web.server"

/**
 * The door for people. (`@remix-run/express` would derive the host from the client's headers again, and could not replay
 * the body.)
 */
export function remix(build: ServerBuild, isReady: () => boolean): RequestHandler {
	const handle = createRequestHandler(build, env.production ? "production" : "development")
	return async (request, response, next) => {
		try {
			if (request.method === "OPTIONS") return refuseOptions(build, request, response)
			const answer = await handle(toWebRequest(request), contextOf(request, response, isReady))
			if (isFailedResource(answer)) refuseResource(answer.status, request, response)
			else await sendWebResponse(answer, response)
		} catch (error) {
			next(error)
		}
	}
}

/** Remix lets what a route without a page throws out as it is, stack and all in development. */
function isFailedResource({ headers }: Response): boolean {
	return headers.has("X-Remix-Error") || headers.has("X-Remix-Catch")
}

function refuseResource(status: number, request: ExpressRequest, response: ExpressResponse): void {
	const { code } = problemFor(status)
	if (code === "method_not_allowed") response.setHeader("Allow", "GET, HEAD")
	refuse(request, response, code)
}

/** Remix would run a loader for it, or refuse it without knowing which methods the page takes. */
function refuseOptions(build: ServerBuild, request: ExpressRequest, response: ExpressResponse): void {
	const path = request.path.replace(/^\/|\/$/g, "").toLowerCase()
	const route = Object.values(build.routes).find((candidate) => candidate?.path === path)
	response.setHeader("Allow", route?.module.action ? "GET, HEAD, POST" : "GET, HEAD")
	refuse(request, response, "method_not_allowed")
}
