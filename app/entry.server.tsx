import { PassThrough } from "node:stream"
import { type AppLoadContext, createReadableStreamFromReadable, type EntryContext } from "@remix-run/node"
import { isRouteErrorResponse, RemixServer } from "@remix-run/react"
import { renderToPipeableStream } from "react-dom/server"
import { isProblem } from "./http/problem"
import { log, requestScope } from "./log.server"
import { RenderContextProvider } from "./ui/render-context"

/** What loader and action gave, as a page. Programs get it as JSON, see `server/json-responder.server.ts`. */
export default function handleRequest(
	request: Request,
	status: number,
	headers: Headers,
	remixContext: EntryContext,
	{ nonce }: AppLoadContext,
) {
	addActionHeaders(headers, remixContext)
	addRefusal(remixContext)
	return renderPage(request, status, headers, remixContext, nonce)
}

/** What nobody expected. The client learns its id, and nothing else. */
export function handleError(error: unknown, { context }: { context: AppLoadContext }): void {
	// The router's own refusals, such as of a method, are the client's mistakes; of the database, the log knows already.
	if (isRouteErrorResponse(error) && (error.status < 500 || error.status === 503)) return
	if (!context.caller.signal?.aborted)
		log.error({ event: "request.failed", err: error }, "A request failed unexpectedly")
}

/** Cookies come by themselves; `Allow`, `Retry-After` and `RateLimit-*` would need a `headers` export in every route. */
function addActionHeaders(headers: Headers, { staticHandlerContext }: EntryContext): void {
	for (const actionHeaders of Object.values(staticHandlerContext.actionHeaders))
		for (const [name, value] of actionHeaders) if (name !== "set-cookie") headers.set(name, value)
}

/**
 * The title of a page whose form was refused says so, but knows only what loaders gave. An address to confirm is no fault,
 * nor is one that was confirmed meanwhile.
 */
function addRefusal({ staticHandlerContext }: EntryContext): void {
	const { actionData, loaderData } = staticHandlerContext
	const [, refused] =
		Object.entries(actionData ?? {}).find(
			([route, data]) => isProblem(data?.problem) && !data.unconfirmed && !loaderData[route]?.confirmed,
		) ?? []
	if (refused && loaderData.root) loaderData.root.problem = refused.problem
}

function renderPage(
	request: Request,
	status: number,
	headers: Headers,
	remixContext: EntryContext,
	nonce: string,
) {
	const rendering = { nonce, requestId: requestScope.getStore()?.requestId ?? "" }
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
