import type { data, ServerBuild } from "@remix-run/node"
import { matchRoutes } from "@remix-run/react"
import type { Request as ExpressRequest, Response as ExpressResponse, RequestHandler } from "express"
import { requestScope } from "../log.server"
import { refuse } from "./request-guard.server"
import { wantsJson } from "./content-negotiation.server"
import { isProblem, problemFor, problemOf } from "../http/problem"
import { contextOf, sendWebResponse, setHeaders, tellWhenToRetry, toWebRequest } from "./web-adapter.server"

type Route = ServerBuild["routes"][string]
type RouteTree = NonNullable<Parameters<typeof matchRoutes>[0]>
type Found = { route: Partial<Route>; params: Record<string, string | undefined> }
type Data = ReturnType<typeof data<unknown>>

/**
 * The door for programs, and to routes without a page: calls the route's loader or action, and answers with what that
 * gives. Remix would also run the loaders of all that surrounds a page, and encode their data for a browser, at several
 * times the price.
 */
export function jsonDoor(build: ServerBuild, isReady: () => boolean): RequestHandler {
	const find = routeFinder(build.routes)

	async function answer(request: ExpressRequest, response: ExpressResponse, { route, params }: Found) {
		const { loader, action } = route.module ?? {}
		const run = ["GET", "HEAD"].includes(request.method) ? loader : action
		if (!run) return refuseMethod(route, request, response)
		const call = { request: toWebRequest(request), params, context: contextOf(request, response, isReady) }
		try {
			await send(await run(call), response)
		} catch (thrown) {
			if (response.headersSent) throw thrown
			const status = statusOf(thrown)
			if (status === null) build.entry.module.handleError?.(thrown, call)
			else if (status < 400 || isProgram(request)) return send(thrown, response)
			const failure = status ? problemFor(status) : problemOf(thrown, requestScope.getStore()?.requestId)
			// A person gets a page to read, also where the route has none.
			if (isProgram(request)) sendJson(failure, response)
			else refuse(request, response, failure.code)
		}
	}

	return (request, response, next) => {
		// A page's own script asks for `….data`, in the router's own format, and may send JSON there.
		const isScript = request.path.endsWith(".data")
		const found = find(isScript ? request.path.slice(0, -".data".length) : request.path)
		if (request.method === "OPTIONS") return refuseMethod(found.route, request, response)
		const hasPage = found.route.module?.default !== undefined
		const isSafe = ["GET", "HEAD"].includes(request.method)
		// Remix would say so in words of its own.
		if (isScript && !isSafe && !found.route.module?.action) refuseMethod(found.route, request, response)
		else if (isScript || (hasPage && !isProgram(request))) next()
		else answer(request, response, found).catch(next)
	}
}

function isProgram({ headers }: ExpressRequest): boolean {
	return wantsJson({ accept: headers.accept, contentType: headers["content-type"] })
}

/** By the router's own rules; paths without a parameter, which are nearly all, are worked out once. */
function routeFinder(manifest: ServerBuild["routes"]): (path: string) => Found {
	const tree = routeTree(manifest)
	const match = (path: string): Found => {
		const { route, params = {} } = matchRoutes(tree, path)?.at(-1) ?? {}
		return { route: manifest[route?.id ?? ""] ?? {}, params }
	}
	const paths = Object.values(manifest).map((route) => fullPath(route, manifest))
	const known = new Map(paths.filter((path) => !/[:*?]/.test(path)).map((path) => [path, match(path)]))
	return (path) => known.get(path) ?? match(path)
}

function routeTree(manifest: ServerBuild["routes"], parentId?: string): RouteTree {
	const siblings = Object.values(manifest).filter((route) => route.parentId === parentId)
	return siblings.map(({ id, path, index, caseSensitive }) =>
		index
			? { id, path, caseSensitive, index }
			: { id, path, caseSensitive, children: routeTree(manifest, id) },
	)
}

function fullPath({ path = "", parentId = "" }: Route, manifest: ServerBuild["routes"]): string {
	const parent = manifest[parentId]
	const before = parent ? fullPath(parent, manifest) : "/"
	return path && before !== "/" ? `${before}/${path}` : before + path
}

async function send(result: unknown, response: ExpressResponse): Promise<void> {
	if (result instanceof Response) return sendWebResponse(result, response)
	if (!isData(result)) return sendJson(result, response)
	if (result.init?.status) response.status(result.init.status)
	setHeaders(new Headers(result.init?.headers), response)
	sendJson(result.data, response)
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

/** What no route takes is not found, whatever the method. */
function refuseMethod({ path, module }: Partial<Route>, request: ExpressRequest, response: ExpressResponse) {
	if (!module || path === "*") return refuse(request, response, "not_found")
	response.setHeader("Allow", module.action ? "GET, HEAD, POST" : "GET, HEAD")
	refuse(request, response, "method_not_allowed")
}
