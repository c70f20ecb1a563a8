import { createServer } from "node:http"
import { type AddressInfo, connect, type Socket } from "node:net"
import { setTimeout as pause } from "node:timers/promises"
import express from "express"
import { afterEach, expect, it } from "vitest"
import { messageClasses } from "./message-classes.server"
import { BUDGET_MS, COST_MS, MOST_HELD, ReadingBudget, WINDOW_MS } from "./reading-budget.server"
import { inTurn } from "./turns.server"

const GET = "GET / HTTP/1.1\r\n\r\n"
const IN_A_PACKET = 3_600
const servers: ReturnType<typeof createServer>[] = []
afterEach(() => {
	for (const server of servers.splice(0)) server.closeAllConnections() ?? server.close()
})

/** A server that charges as the real one does, and notes from where requests and pieces come. */
async function listening() {
	const came: string[] = []
	let pieces = 0
	const reading = new ReadingBudget()
	const noted = (socket: Socket, milliseconds: number) => reading.charge(socket, milliseconds)
	const classes = messageClasses(express(), (socket, count) => {
		pieces += count
		noted(socket, count * COST_MS.piece)
	})
	const answer = inTurn(
		(request, response) => {
			came.push(request.socket.remoteAddress ?? "")
			request.resume().once("end", () => response.end("x"))
		},
		5_000,
		(socket) => {
			came.push(socket.remoteAddress ?? "")
			noted(socket, COST_MS.requestBehindAnother)
		},
	)
	const server = createServer({ ...classes, requireHostHeader: false }, answer)
	const sockets: Socket[] = []
	server.on("connection", (socket) => {
		reading.connectionCame(socket)
		sockets.push(socket)
	})
	server.on("clientError", (_error, socket) => {
		came.push("broken")
		noted(socket as Socket, COST_MS.brokenRequest)
		socket.destroy()
	})
	servers.push(server)
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
	const { port } = server.address() as AddressInfo
	const open = (localAddress: string, text: string) => {
		const socket = connect({ port, host: "127.0.0.1", localAddress }, () => socket.write(text))
		let answers = 0
		socket.on("data", (data) => {
			answers += String(data).match(/HTTP\/1\.1 200/g)?.length ?? 0
		})
		socket.on("error", () => {})
		return { socket, answers: () => answers }
	}
	return { came, pieces: () => pieces, open, reading, sockets }
}

/** What fits into the budget, and a packet more. */
const mostIn = (windows: number, cost: number, inPacket: number) => windows * (BUDGET_MS / cost + inPacket)

it("H-79: who sends packets of thousands of requests is read no further for a while; others are", async () => {
	const { came, open } = await listening()
	const flood = () => {
		const { socket } = open("127.0.0.1", GET.repeat(IN_A_PACKET))
		socket.once("close", () => servers.length > 0 && flood())
		setTimeout(() => socket.destroy(), 10)
	}
	const began = performance.now()
	for (let count = 0; count < 20; count++) flood()
	await pause(WINDOW_MS / 2)
	const stranger = open("127.0.0.2", GET)
	await expect.poll(stranger.answers).toBe(1)
	await pause(WINDOW_MS * 3)
	const windows = Math.ceil((performance.now() - began) / WINDOW_MS) + 1
	expect(came.length).toBeLessThan(mostIn(windows, COST_MS.requestBehindAnother, IN_A_PACKET))
})

it("H-79: so is who sends bodies in pieces of one byte", async () => {
	const { pieces, open } = await listening()
	const body = `POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n${"1\r\na\r\n".repeat(10_000)}`
	const flood = () => {
		const { socket } = open("127.0.0.1", body)
		socket.once("close", () => servers.length > 0 && flood())
		setTimeout(() => socket.destroy(), 10)
	}
	const began = performance.now()
	for (let count = 0; count < 40; count++) flood()
	await pause(WINDOW_MS * 4)
	const windows = Math.ceil((performance.now() - began) / WINDOW_MS) + 1
	expect(pieces()).toBeLessThan(mostIn(windows, COST_MS.piece, 11_000))
})

it("what was not read is read in the next window, also of a connection that came meanwhile", async () => {
	const { reading, sockets, open } = await listening()
	const before = open("127.0.0.1", "")
	await expect.poll(() => sockets.length).toBe(1)
	reading.charge(sockets[0] as Socket, BUDGET_MS + 1)
	before.socket.write(GET)
	const meanwhile = open("127.0.0.1", GET)
	const elsewhere = open("127.0.0.2", GET)
	await expect.poll(elsewhere.answers).toBe(1)
	expect([before.answers(), meanwhile.answers()]).toEqual([0, 0])
	await expect.poll(() => [before.answers(), meanwhile.answers()]).toEqual([1, 1])
})

it("of a site that is not read, only so many connections are kept", async () => {
	const { reading, sockets, open } = await listening()
	open("127.0.0.1", "")
	await expect.poll(() => sockets.length).toBe(1)
	reading.charge(sockets[0] as Socket, 20 * BUDGET_MS)
	for (let count = 0; count < 2 * MOST_HELD; count++) open("127.0.0.1", GET)
	await expect.poll(() => sockets.length, { timeout: 4_000 }).toBeGreaterThan(1.5 * MOST_HELD)
	expect(sockets.filter(({ destroyed }) => !destroyed)).toHaveLength(MOST_HELD)
	const elsewhere = open("127.0.0.2", GET)
	await expect.poll(elsewhere.answers).toBe(1)
})
