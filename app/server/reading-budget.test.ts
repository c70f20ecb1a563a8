import { EventEmitter } from "node:events"
import { createServer } from "node:http"
import { type AddressInfo, connect, type Socket } from "node:net"
import { setTimeout as pause } from "node:timers/promises"
import { afterEach, expect, it, vi } from "vitest"
import { HELD_FOR_MS, MOST_CONNECTIONS, READING_BUDGET, ReadingBudget } from "./reading-budget.server"

const servers: ReturnType<typeof createServer>[] = []
afterEach(() => {
	for (const server of servers.splice(0)) server.closeAllConnections() ?? server.close()
})

/** A server that needs as many milliseconds to read a request as its path says, and notes from where requests come. */
async function listening(mostConnections = MOST_CONNECTIONS) {
	const came: string[] = []
	const sockets: Socket[] = []
	const reading = new ReadingBudget(mostConnections)
	const server = createServer((request, response) => {
		const work = () => {
			const until = performance.now() + Number(request.url?.slice(1))
			while (performance.now() < until);
		}
		if (request.method === "POST") return void request.on("data", work)
		work()
		came.push(request.socket.remoteAddress ?? "")
		response.end("x")
	})
	server.on("connection", (socket) => {
		reading.connectionCame(socket)
		sockets.push(socket)
	})
	servers.push(server)
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
	const { port } = server.address() as AddressInfo
	const open = (localAddress: string, ...milliseconds: number[]) => {
		let answers = 0
		const ask = (ms: number) => socket.write(`GET /${ms} HTTP/1.1\r\nHost: kit.test\r\n\r\n`)
		const socket = connect({ port, host: "127.0.0.1", localAddress }, () => milliseconds.forEach(ask))
		socket.on("data", (data) => {
			answers += String(data).match(/HTTP\/1\.1 200/g)?.length ?? 0
		})
		socket.on("error", () => {})
		return { socket, ask, answers: () => answers }
	}
	return { came, sockets, open, reading }
}

const FLOODER = "127.0.0.1"
const STRANGER = "127.0.0.2"

it("what was not read is read later, also of a connection that came meanwhile; others are read at once", async () => {
	const { came, open } = await listening()
	const before = open(FLOODER, 0)
	await expect.poll(before.answers).toBe(1)
	const dear = open(FLOODER, 5 * READING_BUDGET.ms)
	await expect.poll(dear.answers).toBe(1)
	before.ask(0)
	const meanwhile = open(FLOODER, 0)
	const elsewhere = open(STRANGER, 0)
	await expect.poll(() => came.length).toBeGreaterThan(2)
	expect(came.slice(2)).toEqual([STRANGER])
	await expect.poll(() => [before.answers(), meanwhile.answers(), elsewhere.answers()]).toEqual([2, 1, 1])
})

it("H-79: who sends what is dear to read has a part of the time, and others go on", async () => {
	const { came, open } = await listening()
	const flood = () => {
		const { socket } = open(FLOODER, 20)
		socket.on("data", () => socket.destroy())
		socket.once("close", () => servers.length > 0 && flood())
	}
	for (let count = 0; count < 20; count++) flood()
	await pause(500)
	const stranger = open(STRANGER, 0)
	const asking = setInterval(() => stranger.ask(0), 50)
	const { length } = came
	const began = performance.now()
	await pause(1_000)
	clearInterval(asking)
	const dear = came.slice(length).filter((address) => address === FLOODER)
	// A packet more than the budget may be read, and the machine may be busy.
	expect((20 * dear.length) / (performance.now() - began)).toBeLessThan(
		(READING_BUDGET.ms + 30) / READING_BUDGET.windowMs,
	)
	expect(stranger.answers()).toBeGreaterThan(5)
})

it("H-79: a site has one budget, also where its last connection ends and others come", async () => {
	const { came, sockets, open } = await listening()
	const first = open(FLOODER)
	await expect.poll(() => sockets.length).toBe(1)
	await pause(2 * READING_BUDGET.windowMs)
	first.socket.destroy()
	await expect.poll(() => sockets[0]?.closed).toBe(true)
	const before = open(FLOODER, 0)
	await expect.poll(before.answers).toBe(1)
	await pause(2 * READING_BUDGET.windowMs)
	const dear = open(FLOODER, 5 * READING_BUDGET.ms)
	await expect.poll(dear.answers).toBe(1)
	before.ask(0)
	const elsewhere = open(STRANGER, 0)
	await expect.poll(elsewhere.answers).toBe(1)
	expect(came.slice(2)).toEqual([STRANGER])
})

it("H-79: a connection that is held is not read at all, a byte at a time neither", async () => {
	const { sockets, open } = await listening()
	const { socket, answers } = open(FLOODER, 0)
	await expect.poll(answers).toBe(1)
	const dear = open(FLOODER, 10 * READING_BUDGET.ms)
	await expect.poll(dear.answers).toBe(1)
	const bytes = sockets[0]?.bytesRead
	socket.write("G")
	open(FLOODER, 0)
	await pause(2 * READING_BUDGET.windowMs)
	expect(sockets.map(({ bytesRead }) => bytesRead)).toEqual([bytes, expect.any(Number), 0])
	socket.write("ET /0 HTTP/1.1\r\nHost: kit.test\r\n\r\n")
	await expect.poll(answers).toBe(2)
})

it("H-79: nor is one whose body is being read, and its address is served as soon as it may be again", async () => {
	const { sockets, open } = await listening()
	const { socket } = open(FLOODER)
	socket.write(`POST /${10 * READING_BUDGET.ms} HTTP/1.1\r\nHost: kit.test\r\nContent-Length: 1000\r\n\r\n`)
	await expect.poll(() => sockets[0]?.bytesRead).toBeGreaterThan(0)
	const bytes = sockets[0]?.bytesRead ?? 0
	socket.write("a")
	await expect.poll(() => sockets[0]?.bytesRead).toBe(bytes + 1)
	for (let count = 0; count < 10; count++) {
		socket.write("a")
		await pause(READING_BUDGET.windowMs / 5)
	}
	expect(sockets[0]?.bytesRead).toBe(bytes + 1)
	await expect.poll(() => sockets[0]?.bytesRead, { timeout: 5_000 }).toBe(bytes + 11)
	const later = open(FLOODER, 0)
	await expect.poll(later.answers, { timeout: 5_000 }).toBe(1)
})

it("H-79: nor is one that is held in the turn in which it was let go", async () => {
	const { sockets, open, reading } = await listening()
	const { socket, answers } = open(FLOODER, 0)
	await expect.poll(answers).toBe(1)
	const bytes = sockets[0]?.bytesRead
	sockets[0]?.pause().resume()
	for (let count = 0; count < 500; count++)
		reading.connectionCame(
			Object.assign(new EventEmitter(), {
				remoteAddress: FLOODER,
				isPaused: () => true,
				bytesRead: 1,
			}) as Socket,
		)
	socket.write("G")
	await pause(2 * READING_BUDGET.windowMs)
	expect(sockets[0]?.bytesRead).toBe(bytes)
	await expect.poll(() => sockets[0]?.bytesRead).toBe(Number(bytes) + 1)
})

it("H-79: of hundreds that are held, some are read at a time, and all in the end", async () => {
	const { came, open } = await listening()
	const many = Array.from({ length: 500 }, () => open(FLOODER, 0))
	await expect.poll(() => many.every(({ answers }) => answers() === 1), { timeout: 10_000 }).toBe(true)
	const dear = open(FLOODER, 5 * READING_BUDGET.ms)
	await expect.poll(dear.answers).toBe(1)
	const { length } = came
	const began = performance.now()
	for (const { ask } of many) ask(0)
	await expect.poll(() => came.length - length, { interval: 1 }).toBeGreaterThan(0)
	const first = performance.now()
	expect(first - began).toBeGreaterThan(READING_BUDGET.windowMs)
	await expect
		.poll(() => many.every(({ answers }) => answers() === 2), { interval: 1, timeout: 10_000 })
		.toBe(true)
	expect(performance.now() - first).toBeGreaterThan(2 * READING_BUDGET.windowMs)
})

it("H-79: who is new at a site goes before what is left there of a flood", async () => {
	const { open } = await listening()
	const flood = Array.from({ length: 20 }, () => open(FLOODER, 0))
	await expect.poll(() => flood.every(({ answers }) => answers() === 1)).toBe(true)
	const dear = open(FLOODER, 10 * READING_BUDGET.ms)
	await expect.poll(dear.answers).toBe(1)
	for (const { ask } of flood) ask(5 * READING_BUDGET.ms)
	const later = open(FLOODER, 0)
	await expect.poll(later.answers, { timeout: 5_000 }).toBe(1)
	expect(flood.filter(({ answers }) => answers() === 2).length).toBeLessThan(flood.length / 2)
})

it("of a site that is not read, silent connections are not kept for long", async () => {
	const { sockets, open } = await listening()
	const dear = open(FLOODER, 10 * READING_BUDGET.ms)
	await expect.poll(dear.answers).toBe(1)
	for (let count = 0; count < 20; count++) open(FLOODER)
	await expect.poll(() => sockets.length).toBe(21)
	const kept = () => sockets.filter(({ destroyed }) => !destroyed).length
	expect(kept()).toBe(21)
	const elsewhere = open(STRANGER, 0)
	await expect.poll(elsewhere.answers).toBe(1)
	await expect.poll(kept, { timeout: 2 * HELD_FOR_MS }).toBe(2)
})

it("H-79: a site has only so many connections, until one of them ends; others are taken", async () => {
	const { sockets, open } = await listening(5)
	const first = open(FLOODER)
	for (let count = 0; count < 9; count++) open(FLOODER)
	await expect.poll(() => sockets.length).toBe(10)
	const kept = () => sockets.filter(({ destroyed }) => !destroyed).length
	expect(kept()).toBe(5)
	const elsewhere = open(STRANGER, 0)
	await expect.poll(elsewhere.answers).toBe(1)
	first.socket.destroy()
	await expect.poll(kept).toBe(5)
	const later = open(FLOODER, 0)
	await expect.poll(later.answers).toBe(1)
})

it("who was gone before being taken counts for nobody", () => {
	const destroy = vi.fn()
	new ReadingBudget().connectionCame({ destroy } as unknown as Socket)
	expect(destroy).toHaveBeenCalled()
})
