import { PassThrough } from "node:stream"
import { createReadableStreamFromReadable } from "@remix-run/node"
import { RemixServer } from "@remix-run/react"
import { renderToPipeableStream } from "react-dom/server"

/** As Remix's own template has it, without the case of bots. */
export default function handleRequest(request, status, headers, context) {
	return new Promise((resolve, reject) => {
		const { pipe } = renderToPipeableStream(<RemixServer context={context} url={request.url} />, {
			onShellReady() {
				const body = new PassThrough()
				headers.set("Content-Type", "text/html")
				resolve(new Response(createReadableStreamFromReadable(body), { headers, status }))
				pipe(body)
			},
			onShellError: reject,
		})
	})
}
