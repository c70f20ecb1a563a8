import type { AddressInfo } from "node:net"
import type { ServerBuild } from "@remix-run/node"
import express from "express"
import { afterEach, expect, it, vi } from "vitest"
import { answerProblem } from "./answer-problem.server"
import { respondWithPage } from "./page-responder.server"

vi.mock("../pages/problem", () => ({
	ProblemPage: () => {
		throw new Error("a fork's mistake")
	},
}))

const REQUEST_ID = "11111111-1111-4111-8111-111111111111"
let stop = () => {}
afterEach(() => stop())

async function answerOf(handler: express.RequestHandler) {
	const app = express()
	app.use((_request, response, next) => {
		Object.assign(response.locals, { json: false, address: "192.0.2.1", nonce: "n" })
		response.setHeader("X-Request-Id", REQUEST_ID)
		next()
	})
	app.use(handler)
	const server = app.listen(0)
	stop = () => server.close()
	const { port } = server.address() as AddressInfo
	const response = await fetch(`http://localhost:${port}/`, { headers: { Connection: "close" } })
	return { status: response.status, type: response.headers.get("Content-Type"), text: await response.text() }
}

/** A build whose every page fails, that of the error too. */
const broken = {
	entry: {
		module: {
			default: () => {
				throw new Error("a fork's mistake")
			},
			handleError: () => {},
		},
	},
	routes: { root: { id: "root", path: "", module: { default: () => null } } },
	assets: { routes: {}, entry: { module: "", imports: [] }, url: "", version: "" },
	publicPath: "/",
	assetsBuildDirectory: "",
	basename: "/",
	future: {},
	isSpaMode: false,
} as unknown as ServerBuild

it("where the page of a problem fails, there is still its status and the request's id", async () => {
	const { status, type, text } = await answerOf((request, response) =>
		answerProblem(request, response, "not_found"),
	)
	expect([status, type]).toEqual([404, "text/html; charset=utf-8"])
	expect(text).toContain(REQUEST_ID)
	expect(text).not.toContain("mistake")
})

it("where every page of Remix's fails, too", async () => {
	const { status, type, text } = await answerOf(
		respondWithPage(broken, () => ({ route: {}, params: {}, pattern: "/", isScript: false })),
	)
	expect([status, type]).toEqual([500, "text/html; charset=utf-8"])
	expect(text).toContain(REQUEST_ID)
	expect(text).not.toContain("mistake")
})
