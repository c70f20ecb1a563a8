import { createServer } from "node:http"
import { type AddressInfo, connect } from "node:net"
import { setTimeout as pause } from "node:timers/promises"
import express from "express"
import { expect, it } from "vitest"
import { networksInTurn } from "./network-turns.server"
import { guardRequests } from "./request-guard.server"

it("H-79: bodies that are held back and end at the same moment are worked on in turn", async () => {
	let atOnce = 0
	let most = 0
	const app = express()
	app.use(guardRequests)
	app.use(async (_request, response) => {
		most = Math.max(most, ++atOnce)
		await pause(5)
		atOnce--
		response.end("x")
	})
	const server = createServer(networksInTurn(app, (response) => response.end()).answer)
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
	const { port } = server.address() as AddressInfo
	let answers = 0
	const held = Array.from({ length: 60 }, () => {
		const socket = connect(port, "127.0.0.1")
		socket.write("GET / HTTP/1.1\r\nHost: kit.test\r\nContent-Length: 1\r\n\r\n")
		return socket.on("data", () => answers++)
	})
	await pause(1_000)
	for (const socket of held) socket.write("x")
	await expect.poll(() => answers, { timeout: 5_000 }).toBe(60)
	expect(most).toBeLessThan(20)
	for (const socket of held) socket.destroy()
	server.close()
}, 15_000)
