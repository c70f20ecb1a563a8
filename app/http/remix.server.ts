import { createRequestHandler, type ServerBuild, writeReadableStreamToWritable } from "@remix-run/node"
import type {
	Request as ExpressRequest,
	Response as ExpressResponse,
	NextFunction,
	RequestHandler,
} from "express"
import { env } from "../env.server"
import { refuse } from "./edge.server"
import { problemFor } from "./problem"

/**
 * Hands a request that the edge guard let through to Remix. (`@remix-run/express` would derive the host from the
 * client's headers again, and could not replay the body.)
 */
export function remix(build: ServerBuild, isReady: () => boolean): RequestHandler {
	const handle = createRequestHandler(build, env.production ? "production" : "development")
	return async (request: ExpressRequest, response: ExpressResponse, next: NextFunction) => {
		try {
			const { address, nonce } = response.locals as { address: string; nonce: string }
			const { method } = request
			if (method === "OPTIONS") return refuseOptions(build, request, response)
			const signal = hangUpSignal(response)
			const answer = await handle(toWebRequest(request), { address, nonce, method, signal, isReady })
			if (isFailedResource(answer)) refuseResource(answer.status, request, response)
			else await send(answer, response)
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

/** Beside the web request, not in it: each of Remix's many copies of that would listen to it, at a price. */
function hangUpSignal(response: ExpressResponse): AbortSignal {
	const controller = new AbortController()
	response.on("close", () => {
		if (!response.writableFinished) controller.abort()
	})
	return controller.signal
}

function toWebRequest(request: ExpressRequest): Request {
	const headers = new Headers()
	for (const [name, value] of Object.entries(request.headers))
		for (const item of [value ?? []].flat()) headers.append(name, item)

	const body = Buffer.isBuffer(request.body) ? new Uint8Array(request.body) : null
	return new Request(env.appUrl + request.originalUrl, { method: request.method, headers, body })
}

async function send(answer: Response, response: ExpressResponse): Promise<void> {
	response.status(answer.status)
	for (const [name, value] of answer.headers) {
		if (name === "set-cookie") response.append(name, value)
		// Remix would let its route manifest be kept by anybody for a year.
		else if (name !== "cache-control") response.setHeader(name, value)
	}
	if (answer.body) await writeReadableStreamToWritable(answer.body, response)
	else response.end()
}
