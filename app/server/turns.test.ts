import { once } from "node:events"
import { createServer, type RequestListener } from "node:http"
import { type AddressInfo, connect } from "node:net"
import { setTimeout as pause } from "node:timers/promises"
import express from "express"
import { expect, it } from "vitest"
import { MAX_PIECES_BEHIND, messageClasses } from "./message-classes.server"
import { inTurn, MOST_BEHIND, MOST_FIELDS } from "./turns.server"

const GET = "GET /%s HTTP/1.1\r\nHost: kit.test\r\n\r\n"

/** @returns a server that notes when it begins a request and when that is done */
async function listening(work: RequestListener, stalledAfterMs = 5_000, parsed = () => {}) {
	const events: string[] = []
	const answer = inTurn((request, response) => {
		events.push(`begin ${request.url}`)
		response.once("close", () => events.push(`end ${request.url}`))
		work(request, response)
	}, stalledAfterMs)
	const options = { ...messageClasses(express()), requireHostHeader: false }
	const server = createServer(options, (request, response) => {
		parsed()
		answer(request, response)
	})
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
	const { port } = server.address() as AddressInfo
	const open = (text: string) => {
		const socket = connect(port, "127.0.0.1", () => socket.write(text))
		let received = ""
		socket.on("data", (chunk) => {
			received += chunk
		})
		return { socket, answers: () => received.match(/HTTP\/1\.1 200/g)?.length ?? 0, text: () => received }
	}
	return { events, open, stop: () => server.closeAllConnections() ?? server.close() }
}

const requests = (count: number) =>
	Array.from({ length: count }, (_, index) => GET.replace("%s", String(index))).join("")

it("H-77: the requests of one packet are worked on one after the other, and all are answered", async () => {
	const { events, open, stop } = await listening((_request, response) =>
		setImmediate(() => response.end("x")),
	)
	const { answers } = open(requests(50))
	await expect.poll(answers).toBe(50)
	expect(events).toEqual(
		Array.from({ length: 50 }, (_, index) => [`begin /${index}`, `end /${index}`]).flat(),
	)
	stop()
})

it("H-77: others have their turn between two of them", async () => {
	const { events, open, stop } = await listening((_request, response) =>
		setTimeout(() => response.end("x"), 1),
	)
	const many = open(requests(500))
	await expect.poll(many.answers).toBeGreaterThan(0)
	const neighbour = open(GET.replace("%s", "neighbour"))
	await expect.poll(neighbour.answers).toBe(1)
	await expect.poll(many.answers).toBe(500)
	expect(events.indexOf("end /neighbour")).toBeLessThan(events.indexOf("end /499"))
	stop()
})

it("a body that is still on its way behind other requests arrives, and the connection goes on", async () => {
	const { open, stop } = await listening((request, response) => {
		let body = ""
		request.on("data", (chunk) => {
			body += chunk
		})
		request.on("end", () => setTimeout(() => response.end(`<${body}>`), 5))
	})
	const { socket, answers, text } = open(
		`${requests(2)}POST /body HTTP/1.1\r\nHost: kit.test\r\nContent-Length: 6\r\n\r\nabc`,
	)
	await pause(60)
	socket.write("def")
	await expect.poll(answers).toBe(3)
	expect(text()).toContain("<abcdef>")
	socket.write(requests(1))
	await expect.poll(answers).toBe(4)
	stop()
})

it("what a client that hung up still had waiting is not begun", async () => {
	const { events, open, stop } = await listening((_request, response) => {
		setTimeout(() => response.end("x"), 20)
	})
	const { socket } = open(requests(50))
	await expect.poll(() => events.length).toBeGreaterThan(0)
	socket.destroy()
	await pause(150)
	expect(events.length).toBeLessThan(20)
	stop()
})

it("H-84: a client that takes nothing of its answers is dropped, and what it sent besides is not worked on", async () => {
	const { events, open, stop } = await listening(
		(_request, response) => response.end("x".repeat(1_000_000)),
		200,
	)
	const { socket } = open(requests(100))
	await once(socket, "connect")
	socket.pause()
	await expect.poll(() => events.length, { timeout: 3_000 }).toBeGreaterThan(1)
	await pause(1_000)
	const { length } = events
	expect(events.at(-1)).toMatch(/^end/)
	await pause(500)
	expect(events).toHaveLength(length)
	expect(length).toBeLessThan(200)
	stop()
})

it("a client that waits long for its answer, or takes it bit by bit, is not", async () => {
	const slow = "x".repeat(8_000_000)
	const { open, stop } = await listening((_request, response) => {
		setTimeout(() => response.end(slow), 500)
	}, 200)
	const { socket, text } = open(GET.replace("%s", "slow"))
	const reading = setInterval(() => {
		socket.resume()
		setTimeout(() => socket.pause(), 20)
	}, 50)
	await expect.poll(() => text().length, { timeout: 10_000 }).toBeGreaterThan(slow.length)
	clearInterval(reading)
	stop()
}, 20_000)

it("H-77: who sends thousands without waiting for an answer is hung up on, and leaves room for others", async () => {
	const { open, stop } = await listening(() => {})
	const held = Array.from({ length: 4 }, () => open(requests(MOST_BEHIND + 1)))
	await expect.poll(() => held.filter(({ socket }) => socket.closed).length).toBeGreaterThan(0)
	for (const { socket } of held) socket.destroy()
	await pause(100)
	const { socket } = open(requests(MOST_BEHIND + 1))
	await pause(300)
	expect(socket.closed).toBe(false)
	stop()
})

const tiny = (count: number) => "GET / HTTP/1.1\r\n\r\n".repeat(count)
const fat = `GET / HTTP/1.1\r\n${"a: b\r\n".repeat(MOST_FIELDS + 1)}\r\n`

it.each([
	["behind too many others", tiny(2 * MOST_BEHIND), MOST_BEHIND + 2],
	["behind a head of too many fields that waits", tiny(1) + fat + tiny(20), 2],
])("H-77: what comes %s in one packet is not parsed at all", async (_, packet, mostParsed) => {
	let parsed = 0
	const { open, stop } = await listening(
		() => {},
		5_000,
		() => parsed++,
	)
	const { socket } = open(packet)
	await expect.poll(() => socket.closed).toBe(true)
	expect(parsed).toBe(mostParsed)
	stop()
})

it("H-77: a body in many pieces that waits behind another request ends the connection; one in few does not", async () => {
	const chunked = (pieces: number) =>
		`POST /body HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n${"1\r\na\r\n".repeat(pieces)}0\r\n\r\n`
	const { open, stop } = await listening((request, response) => {
		request.resume().on("end", () => setTimeout(() => response.end("x"), 50))
	})
	const few = open(requests(1) + chunked(MAX_PIECES_BEHIND))
	const many = open(requests(1) + chunked(MAX_PIECES_BEHIND + 1))
	const first = open(chunked(MAX_PIECES_BEHIND + 1))
	await expect.poll(() => many.socket.closed).toBe(true)
	await expect.poll(() => [few.answers(), first.answers()]).toEqual([2, 1])
	stop()
})
