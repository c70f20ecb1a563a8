import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import express from "express"
import { expect, it } from "vitest"
import { messageClasses } from "./message-classes.server"

const prototypesOf = (request: IncomingMessage, response: ServerResponse) => [
	Object.getPrototypeOf(request),
	Object.getPrototypeOf(response),
]

it("Express finds its methods in a request and its answer, and gives neither another prototype", async () => {
	const app = express()
	app.get("/here", (request, response) => {
		response.status(201).json({ path: request.path, isOurs: request.app === app && response.app === app })
	})
	const prototypes: unknown[][] = []
	const server = createServer(messageClasses(app), (request, response) => {
		prototypes.push(prototypesOf(request, response))
		app(request, response)
		prototypes.push(prototypesOf(request, response))
	}).listen(0)
	try {
		const { port } = server.address() as AddressInfo
		const answer = await fetch(`http://localhost:${port}/here?a=b`, { headers: { Connection: "close" } })
		expect([answer.status, await answer.json()]).toEqual([201, { path: "/here", isOurs: true }])
		expect(prototypes[0]).toEqual([app.request, app.response])
		expect(prototypes[1]?.every((prototype, index) => prototype === prototypes[0]?.[index])).toBe(true)
	} finally {
		server.close()
	}
})
