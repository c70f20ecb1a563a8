import { PassThrough } from "node:stream"
import { type AppLoadContext, createReadableStreamFromReadable, type EntryContext } from "@remix-run/node"
import { isRouteErrorResponse, RemixServer } from "@remix-run/react"
import { renderToPipeableStream } from "react-dom/server"
import { config } from "./auth.config"
import { prefersJson } from "./http/negotiate.server"
import { isProblem, problemOf } from "./http/problem"
import { log, requestScope } from "./log.server"
import { RenderContextProvider } from "./ui/render-context"

/** The two doors: the same loader and action, as a page for people and as JSON for programs. */
export default function handleRequest(
	request: Request,
	status: number,
	headers: Headers,
	remixContext: EntryContext,
	{ nonce }: AppLoadContext,
) {
	addActionHeaders(headers, remixContext)
	if (status === 405 && !headers.has("Allow")) headers.set("Allow", "GET, HEAD")
	if (status === 503 && !headers.has("Retry-After")) headers.set("Retry-After", "5")
	return prefersJson(request)
		? answerJson(status, headers, remixContext)
		: renderPage(request, status, headers, remixContext, nonce)
}

/** What nobody expected. The client learns its id, and nothing else. */
export function handleError(error: unknown, { context }: { context: AppLoadContext }): void {
	// The router's own refusals, such as of a method, are the client's mistakes.
	if (isRouteErrorResponse(error) && error.status < 500) return
	if (!context.signal.aborted)
		log.error({ event: "request.failed", err: error }, "A request failed unexpectedly")
}

/** Cookies come by themselves; `Allow`, `Retry-After` and `RateLimit-*` would need a `headers` export in every route. */
function addActionHeaders(headers: Headers, { staticHandlerContext }: EntryContext): void {
	for (const actionHeaders of Object.values(staticHandlerContext.actionHeaders))
		for (const [name, value] of actionHeaders) if (name !== "set-cookie") headers.set(name, value)
}

function answerJson(status: number, headers: Headers, remixContext: EntryContext): Response {
	const body = jsonBody(remixContext)
	if (status === 204) return new Response(null, { status, headers })
	headers.set("Content-Type", isProblem(body) ? "application/problem+json" : "application/json")
	return new Response(JSON.stringify(body), { status, headers })
}

/** What the action gave, else the loader of the page itself, else what went wrong on the way. */
function jsonBody({ staticHandlerContext }: EntryContext): unknown {
	const { actionData, loaderData, errors, matches } = staticHandlerContext
	const [error] = Object.values(errors ?? {})
	if (error !== undefined) return problemOf(error, requestScope.getStore()?.requestId)
	const page = matches.at(-1)?.route.id ?? ""
	const body: unknown = actionData ? actionData[page] : loaderData[page]
	const refused = (body as { problem?: unknown } | null)?.problem
	return isProblem(refused) ? refused : body
}

function renderPage(
	request: Request,
	status: number,
	headers: Headers,
	remixContext: EntryContext,
	nonce: string,
) {
	const { appName, styles } = config
	const rendering = { nonce, requestId: requestScope.getStore()?.requestId ?? "", appName, styles }
	return new Promise<Response>((resolve, reject) => {
		const { pipe } = renderToPipeableStream(
			<RenderContextProvider value={rendering}>
				<RemixServer context={remixContext} url={request.url} nonce={nonce} />
			</RenderContextProvider>,
			{
				nonce,
				onAllReady() {
					const body = new PassThrough()
					headers.set("Content-Type", "text/html; charset=utf-8")
					resolve(new Response(createReadableStreamFromReadable(body), { status, headers }))
					pipe(body)
				},
				onShellError: reject,
				onError: (error) => log.error({ event: "render.failed", err: error }, "A page could not be rendered"),
			},
		)
	})
}
