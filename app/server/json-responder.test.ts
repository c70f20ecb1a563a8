import type { AddressInfo } from "node:net"
import { data, type LoaderFunctionArgs } from "@remix-run/node"
import express from "express"
import { afterEach, expect, it, vi } from "vitest"
import { log } from "../log.server"
import { respondWithJson } from "./json-responder.server"
import { logUnhandledRejections } from "./process-faults.server"
import type { FindRoute } from "./route-table.server"

let stop = () => {}
afterEach(() => stop())

/** What a program gets of a route whose loader gives this. */
async function answerOf(loader: (args: LoaderFunctionArgs) => unknown) {
	const find = () => ({ route: { module: { loader } }, params: {}, pattern: "/", isScript: false })
	const app = express()
	app.use((_request, response, next) => {
		Object.assign(response.locals, { json: true, address: "192.0.2.1", nonce: "" })
		next()
	})
	app.use(respondWithJson(find as unknown as FindRoute, () => {}))
	const server = app.listen(0)
	stop = () => server.close()
	const { port } = server.address() as AddressInfo
	const response = await fetch(`http://localhost:${port}/`, { headers: { Connection: "close" } })
	return { status: response.status, json: await response.json() }
}

const later = <T>(value: T) => new Promise<T>((resolve) => setTimeout(resolve, 10, value))
const rejected = () => new Promise((_, reject) => setTimeout(reject, 10, new Error("too late")))

it("waits for promises inside of what a loader gives", async () => {
	const answer = await answerOf(() => ({ a: later({ b: [later(1), 2] }), c: new Date(0), d: null }))
	expect(answer).toEqual({ status: 200, json: { a: { b: [1, 2] }, c: "1970-01-01T00:00:00.000Z", d: null } })
	stop()
	// biome-ignore lint/suspicious/noThenProperty: as Prisma's are
	const prismas = { then: (give: (value: unknown) => void) => give([1]) }
	expect((await answerOf(() => data(prismas))).json).toEqual([1])
	stop()
	expect((await answerOf(() => ({ rows: prismas }))).json).toEqual({ rows: [1] })
})

it("tells 500 where one of them is rejected, at any depth; nothing is left unhandled", async () => {
	const unhandled = vi.fn()
	process.on("unhandledRejection", unhandled)
	for (const loader of [
		() => ({ a: rejected() }),
		() => ({ a: later(1), b: { c: [rejected(), rejected()] } }),
		() => later(1).then(() => ({ a: rejected() })),
	]) {
		const { status, json } = await answerOf(loader)
		expect([status, json.code]).toEqual([500, "internal"])
		stop()
	}
	await later(null)
	process.off("unhandledRejection", unhandled)
	expect(unhandled).not.toHaveBeenCalled()
})

it("makes the web's request and the signal of a hang-up for who asks, by getters that all calls share", async () => {
	const getters = new Set()
	const getterOf = (object: object, name: string) => Object.getOwnPropertyDescriptor(object, name)?.get
	const ask = () =>
		answerOf((args) => {
			getters.add(getterOf(args, "request")).add(getterOf(args.context.caller, "signal"))
			const { request, context } = args
			const { signal } = context.caller
			return {
				method: request.method,
				isSame: args.request === request && context.caller.signal === signal,
				aborted: signal?.aborted,
				copied: [{ ...args }.request === request, { ...context.caller }.signal === signal],
			}
		})
	const expected = { method: "GET", isSame: true, aborted: false, copied: [true, true] }
	expect((await ask()).json).toEqual(expected)
	stop()
	expect((await ask()).json).toEqual(expected)
	expect([...getters]).toEqual([expect.any(Function), expect.any(Function)])
})

it("a promise that is rejected unheard is logged, and the process goes on", async () => {
	const others = process.listeners("unhandledRejection")
	process.removeAllListeners("unhandledRejection")
	const error = vi.spyOn(log, "error")
	const stopLogging = logUnhandledRejections()
	void Promise.reject(new Error("forgotten"))
	await later(null)
	stopLogging()
	for (const listener of others) process.on("unhandledRejection", listener)
	expect(error).toHaveBeenCalledWith(
		{ event: "rejection.unhandled", err: new Error("forgotten") },
		expect.any(String),
	)
	expect(process.listenerCount("unhandledRejection")).toBe(others.length)
})
