import { connect } from "node:net"
import { setTimeout as pause } from "node:timers/promises"
import { describe, expect, it } from "vitest"
import { percentile } from "../support/open-loop"
import { serverFixture } from "../support/server-fixture"

/** Without a proxy in front, which passes none of this on: here a site is told by its own address. */
const { server } = serverFixture({ TRUST_PROXY: "0" })
const FLOODER = "127.0.0.1"
const STRANGER = "127.0.0.2"
const CONNECTIONS = 20

const host = () => `Host: localhost:${server.port}\r\n`
const chunked = () =>
	`POST /login HTTP/1.1\r\n${host()}Transfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n`
const inPieces = (count: number) => `${chunked()}${"1\r\na\r\n".repeat(count)}0\r\n\r\n`
const fat = () => `GET /healthz HTTP/1.1\r\n${host()}${"a:\r\n".repeat(3_900)}\r\n`
const lateBody = () => `GET /docs?all HTTP/1.1\r\n${host()}Content-Length: 1\r\n\r\n`
const healthz = () => `GET /healthz HTTP/1.1\r\n${host()}Connection: close\r\n\r\n`

const slowHead = () => [...`POST /login HTTP/1.1\r\n${host()}Content-Length: 60000\r\n\r\n${"a".repeat(60)}`]
const slowBody = () => [
	`POST /login HTTP/1.1\r\n${host()}Origin: ${server.url}\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n`,
	..."a".repeat(2_000),
]

/** Sends packets on a connection of its own, some time apart. @returns how long it took until that ended, in ms */
function exchange(
	address: string,
	packets: string[],
	hangUpAfterMs?: number,
	apartMs = 100,
): Promise<number> {
	const started = performance.now()
	return new Promise((resolve) => {
		const socket = connect({ port: server.port, host: "127.0.0.1", localAddress: address }, async () => {
			for (const packet of packets) {
				socket.write(packet)
				await pause(apartMs)
			}
		})
		if (hangUpAfterMs !== undefined) setTimeout(() => socket.destroy(), hangUpAfterMs)
		socket.on("error", () => {})
		socket.on("close", () => resolve(performance.now() - started))
		socket.resume()
	})
}

describe("H-79: a network whose bytes are dear to read does not hold others up", () => {
	it.for<[string, number, () => string[], number?, number?]>([
		["thousands of requests in a packet", CONNECTIONS, () => ["GET / HTTP/1.1\r\n\r\n".repeat(3_600)], 10],
		["heads of many fields", CONNECTIONS, () => [fat().repeat(4)], 10],
		["bodies of some pieces behind one another", CONNECTIONS, () => [inPieces(63).repeat(120)], 10],
		["a body in pieces of one byte", CONNECTIONS, () => [inPieces(10_000)], 10],
		["what is no request", CONNECTIONS, () => ["\u0000\u0001 no request\r\n\r\n"]],
		["bodies whose last byte is late", 200, () => [lateBody(), "x"], 2_000],
		["heads, a byte at a time, on as many connections as one may have", 2_000, slowHead, 10_000, 25],
		["bodies, a byte at a time", 400, slowBody, 10_000, 5],
	])("%s", { timeout: 60_000 }, async ([, connections, packets, hangUpAfterMs, apartMs]) => {
		let isOver = false
		const flood = Promise.all(
			Array.from({ length: connections }, async () => {
				while (!isOver) await exchange(FLOODER, packets(), hangUpAfterMs, apartMs)
			}),
		)
		await pause(2_000)
		const times: number[] = []
		for (let count = 0; count < 15; count++) times.push(await exchange(STRANGER, [healthz()]))
		isOver = true
		await flood
		expect(percentile(times, 0.5)).toBeLessThan(500)
		await expect.poll(() => exchange(FLOODER, [healthz()]), { timeout: 6_000 }).toBeLessThan(500)
		expect(server.logLines().filter(({ level }) => Number(level) >= 50)).toEqual([])
	})
})
