import type { data, ServerBuild } from "@remix-run/node"
import { matchRoutes } from "@remix-run/react"
import type { Request as ExpressRequest, Response as ExpressResponse, RequestHandler } from "express"
import { requestScope } from "../log.server"
import { wantsJson } from "./negotiate.server"
import { isProblem, problem, problemOf } from "./problem"
import { contextOf, sendWebResponse, setHeaders, tellWhenToRetry, toWebRequest } from "./web.server"

type RouteModule = ServerBuild["routes"][string]["module"]
type RouteTree = NonNullable<Parameters<typeof matchRoutes>[0]>
type Data = ReturnType<typeof data<unknown>>

/**
 * The door for programs: calls the loader or the action behind a page, and answers with what that gives. Remix would
 * also run the loaders of all that surrounds the page, and encode their data for a browser, at several times the price.
 */
export function jsonDoor(build: ServerBuild, isReady: () => boolean): RequestHandler {
	const find = routeFinder(build.routes)

	async function answer(request: ExpressRequest, response: ExpressResponse): Promise<void> {
		const { module, params } = find(request.path)
		const run = ["GET", "HEAD"].includes(request.method) ? module.loader : module.action
		const call = { request: toWebRequest(request), params, context: contextOf(request, response, isReady) }
		try {
			if (!run) return refuseMethod(response)
			await send(await run(call), response)
		} catch (thrown) {
			if (thrown instanceof Response || isData(thrown)) return send(thrown, response)
			build.entry.module.handleError?.(thrown, call)
			sendJson(problemOf(thrown, requestScope.getStore()?.requestId), response)
		}
	}

	return (request, response, next) => {
		if (isProgram(request)) answer(request, response).catch(next)
		else next()
	}
}

/** A page's own script asks for `….data`, in the router's own format, and may send JSON there. */
function isProgram({ path, headers }: ExpressRequest): boolean {
	return (
		!path.endsWith(".data") && wantsJson({ accept: headers.accept, contentType: headers["content-type"] })
	)
}

type Found = { module: Partial<RouteModule>; params: Record<string, string | undefined> }

/** By the router's own rules; paths without a parameter, which are nearly all, are worked out once. */
function routeFinder(manifest: ServerBuild["routes"]): (path: string) => Found {
	const tree = routeTree(manifest)
	const match = (path: string): Found => {
		const { route, params = {} } = matchRoutes(tree, path)?.at(-1) ?? {}
		return { module: (route?.id && manifest[route.id]?.module) || {}, params }
	}
	const known = new Map<string, Found>()
	for (const { path } of Object.values(manifest))
		if (path && !/[:*?]/.test(path)) known.set(`/${path}`, match(`/${path}`))
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

async function send(result: unknown, response: ExpressResponse): Promise<void> {
	if (result instanceof Response) return sendWebResponse(result, response)
	if (!isData(result)) return sendJson(result, response)
	if (result.init?.status) response.status(result.init.status)
	setHeaders(new Headers(result.init?.headers), response)
	sendJson(result.data, response)
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
	const text = JSON.stringify(told)
	response.setHeader("Content-Type", isProblem(told) ? "application/problem+json" : "application/json")
	response.setHeader("Content-Length", Buffer.byteLength(text))
	response.end(text)
}

function refuseMethod(response: ExpressResponse): void {
	response.setHeader("Allow", "GET, HEAD")
	sendJson(problem("method_not_allowed"), response)
}
