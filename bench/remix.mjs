import { createRequestHandler, writeReadableStreamToWritable } from "@remix-run/node"
import compression from "compression"
import express from "express"

/** A bare Remix page on Express: one route, one form, no guard. `bench.mjs` builds and starts it; it tells its port. */
process.env.NODE_ENV = "production"
const handle = createRequestHandler(await import("./remix/build/server/index.js"), "production")
const app = express()
app.use("/assets", express.static(new URL("./remix/build/client/assets", import.meta.url).pathname))
app.use(compression())
app.use(async (request, response) => {
	const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)])
	const { method, originalUrl } = request
	const answer = await handle(new Request(`http://localhost${originalUrl}`, { method, headers }))
	response.status(answer.status)
	for (const [name, value] of answer.headers) response.append(name, value)
	if (answer.body) await writeReadableStreamToWritable(answer.body, response)
	else response.end()
})

const server = app.listen(Number(process.argv[2] ?? 0), "127.0.0.1", () =>
	process.send?.({ port: server.address().port }),
)
