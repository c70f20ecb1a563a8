import type { AppLoadContext, data, ServerBuild } from "@remix-run/node"
import type { Request as ExpressRequest, Response as ExpressResponse, RequestHandler } from "express"
import { isProblem, problemFor, problemOf } from "../http/problem"
import { requestScope } from "../log.server"
import { answerProblem } from "./answer-problem.server"
import type { FindRoute, FoundRoute } from "./route-table.server"
import { contextOf, sendWebResponse, setHeaders, tellWhenToRetry, toWebRequest } from "./web-adapter.server"

type Data = ReturnType<typeof data<unknown>>
type HandleError = ServerBuild["entry"]["module"]["handleError"]

/**
 * Answers programs, and everybody on routes without a page: calls the route's loader or action, and answers with what
 * that gives. Remix would also run the loaders of all that surrounds a page, and encode their data for a browser, at
 * several times the price.
 */
export function respondWithJson(find: FindRoute, handleError: HandleError): RequestHandler {
	return (request, response, next) => {
		const found = find(request.path)
		const hasPage = found.route.module?.default !== undefined
		// A page's own script may send JSON, but reads the router's own format.
		if (found.isScript || (hasPage && !response.locals.json)) next()
		else answer(request, response, found, handleError).catch(next)
	}
}

async function answer(
	request: ExpressRequest,
	response: ExpressResponse,
	{ route, params }: FoundRoute,
	handleError: HandleError,
): Promise<void> {
	const { loader, action } = route.module ?? {}
	const run = ["GET", "HEAD"].includes(request.method) ? loader : action
	if (!run) return answerProblem(request, response, "not_found")
	const context = contextOf(request, response)
	const { json } = context
	const call = new RouteCall(request, params, context)
	try {
		await send(await run(call), response)
	} catch (thrown) {
		if (response.headersSent) throw thrown
		const status = statusOf(thrown)
		if (status === null) handleError?.(thrown, call)
		else if (status < 400 || json) return send(thrown, response)
		const failure = status ? problemFor(status) : problemOf(thrown, requestScope.getStore()?.requestId)
		// A person gets a page to read, also where the route has none.
		if (json) sendJson(failure, response)
		else answerProblem(request, response, failure.code)
	}
}

/** What a loader or an action is called with. */
class RouteCall {
	declare readonly request: Request
	readonly params: FoundRoute["params"]
	readonly context: AppLoadContext
	readonly #incoming: ExpressRequest
	#made: Request | undefined

	constructor(incoming: ExpressRequest, params: FoundRoute["params"], context: AppLoadContext) {
		this.params = params
		this.context = context
		this.#incoming = incoming
		Object.defineProperty(this, "request", RouteCall.#request)
	}

	/**
	 * Made once a loader looks at it: one that only asks who is signed in does not, and saves a tenth of its time. One
	 * for all calls: V8 keeps a getter of an object's own, and with it the request, until everything is collected.
	 */
	static readonly #request = {
		enumerable: true,
		get(this: RouteCall): Request {
			this.#made ??= toWebRequest(this.#incoming)
			return this.#made
		},
	}
}

async function send(result: unknown, response: ExpressResponse): Promise<void> {
	if (result instanceof Response) return sendWebResponse(result, response)
	const { data, init } = isData(result) ? result : { data: result }
	const body = holdsPromise(data) ? await settled(data) : data
	if (init?.status) response.status(init.status)
	if (init?.headers) setHeaders(new Headers(init.headers), response)
	sendJson(body, response)
}

/**
 * What a page would stream later, a program gets at once. One that is rejected fails the request, and not the process.
 */
async function settled(value: unknown): Promise<unknown> {
	if (isPromise(value)) return settled(await value)
	if (!holdsPromise(value)) return value
	if (Array.isArray(value)) return Promise.all(value.map(settled))
	const names = Object.keys(value as object)
	const values = await Promise.all(Object.values(value as object).map(settled))
	return Object.fromEntries(names.map((name, index) => [name, values[index]]))
}

/** Prisma's are no `Promise`. */
function isPromise(value: unknown): value is PromiseLike<unknown> {
	return typeof (value as PromiseLike<unknown> | null)?.then === "function"
}

function holdsPromise(value: unknown): boolean {
	if (typeof value !== "object" || value === null) return false
	if (isPromise(value)) return true
	if (Array.isArray(value)) return value.some(holdsPromise)
	const prototype = Object.getPrototypeOf(value)
	return (prototype === Object.prototype || prototype === null) && Object.values(value).some(holdsPromise)
}

/** @returns null for what was not thrown as an answer */
function statusOf(thrown: unknown): number | null {
	if (thrown instanceof Response) return thrown.status
	return isData(thrown) ? (thrown.init?.status ?? 200) : null
}

function isData(value: unknown): value is Data {
	return (value as Data | null)?.type === "DataWithResponseInit"
}

/** @param body what the page would show: of a refused form, a program learns the problem. */
function sendJson(body: unknown, response: ExpressResponse): void {
	if (response.statusCode === 204) return void response.end()
	const refused = (body as { problem?: unknown } | null)?.problem
	const told = isProblem(refused) ? refused : body
	if (isProblem(told)) response.status(told.status)
	tellWhenToRetry(response)
	const text = JSON.stringify(told ?? null)
	response.setHeader("Content-Type", isProblem(told) ? "application/problem+json" : "application/json")
	response.setHeader("Content-Length", Buffer.byteLength(text))
	response.end(text)
}
