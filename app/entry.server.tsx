import { PassThrough } from "node:stream"
import { text } from "node:stream/consumers"
import type { AppLoadContext, EntryContext } from "@remix-run/node"
import { isRouteErrorResponse, RemixServer } from "@remix-run/react"
import { renderToPipeableStream } from "react-dom/server"
import { isProblem } from "./http/problem"
import { log, requestScope } from "./log.server"
import { findRendered, isWrittenAs, keepRendered } from "./page-cache.server"
import { type RenderContext, RenderContextProvider } from "./ui/render-context"

/** What loader and action gave, as a page. Programs get it as JSON, see `server/json-responder.server.ts`. */
export default function handleRequest(
	request: Request,
	status: number,
	headers: Headers,
	remixContext: EntryContext,
	context: AppLoadContext,
) {
	addActionHeaders(headers, remixContext)
	addRefusal(remixContext)
	return renderPage(request, status, headers, remixContext, context)
}

/** What nobody expected. The client learns its id, and nothing else. */
export function handleError(error: unknown, { context }: { context: AppLoadContext }): void {
	// The router's own refusals, such as of a method, are the client's mistakes; the log already knows of the database's.
	if (isRouteErrorResponse(error) && (error.status < 500 || error.status === 503)) return
	if (!context.caller.signal?.aborted)
		log.error({ event: "request.failed", err: error }, "A request failed unexpectedly")
}

/**
 * Cookies come by themselves; `Allow`, `Retry-After` and `RateLimit-*` would need a `headers` export in every route.
 */
function addActionHeaders(headers: Headers, { staticHandlerContext }: EntryContext): void {
	for (const actionHeaders of Object.values(staticHandlerContext.actionHeaders))
		for (const [name, value] of actionHeaders) if (name !== "set-cookie") headers.set(name, value)
}

/**
 * The title of a page whose form was refused says so, but knows only what loaders gave. An address to confirm is no
 * fault, nor is one that was confirmed meanwhile.
 */
function addRefusal({ staticHandlerContext }: EntryContext): void {
	const { actionData, loaderData } = staticHandlerContext
	const [, refused] =
		Object.entries(actionData ?? {}).find(
			([route, data]) => isProblem(data?.problem) && !data.unconfirmed && !loaderData[route]?.confirmed,
		) ?? []
	if (refused && loaderData.root) loaderData.root.problem = refused.problem
}

/** What every stranger gets is rendered once a minute, and not for each. */
async function renderPage(
	request: Request,
	status: number,
	headers: Headers,
	remixContext: EntryContext,
	context: AppLoadContext,
): Promise<Response> {
	const marks = { nonce: context.nonce, requestId: requestScope.getStore()?.requestId ?? "" }
	const { loaderData } = remixContext.staticHandlerContext
	const path = status === 200 ? pathForAll(request, remixContext) : null
	let html: Buffer | string | null = path && findRendered(path, loaderData, marks)
	if (!html) {
		html = await render(request, remixContext, marks)
		const isStranger = !request.headers.has("Cookie") && !request.headers.has("Authorization")
		if (path && isStranger) keepRendered(path, loaderData, html, marks)
	}
	headers.set("Content-Type", "text/html; charset=utf-8")
	context.html = html
	return new Response(null, { status, headers })
}

/** The path of a page that shows nothing but its path and what loaders gave: no form's answer, no query. */
function pathForAll({ url }: Request, { staticHandlerContext }: EntryContext): string | null {
	const { actionData, errors, matches } = staticHandlerContext
	const { pathname, search } = new URL(url)
	const isForAll = import.meta.env.PROD && !actionData && !errors && !search
	return isForAll && isWrittenAs(pathname, matches) ? pathname : null
}

function render(
	request: Request,
	remixContext: EntryContext,
	marks: Required<RenderContext>,
): Promise<string> {
	const { nonce } = marks
	return new Promise((resolve, reject) => {
		const { pipe } = renderToPipeableStream(
			<RenderContextProvider value={marks}>
				<RemixServer context={remixContext} url={request.url} nonce={nonce} />
			</RenderContextProvider>,
			{
				nonce,
				onAllReady: () => resolve(text(pipe(new PassThrough()))),
				onShellError: reject,
				onError: (error) => log.error({ event: "render.failed", err: error }, "A page could not be rendered"),
			},
		)
	})
}
