import { EventEmitter } from "node:events"
import type { IncomingMessage, ServerResponse } from "node:http"
import { setTimeout as pause } from "node:timers/promises"
import { afterEach, expect, it, onTestFinished, vi } from "vitest"
import { MOST_UNANSWERED, networksInTurn, untilTurn, WORK_BUDGET } from "./network-turns.server"

/** A request that is begun, and what ends it. */
function asking(work = (_address: string, _response: ServerResponse) => {}) {
	const begun: string[] = []
	const refused: string[] = []
	const networks = networksInTurn(
		(request, response) => {
			const address = request.socket.remoteAddress ?? ""
			begun.push(address)
			work(address, response)
		},
		(response, code) => refused.push(`${code} ${(response as unknown as { address: string }).address}`),
	)
	const ask = (address: string) => {
		const request = { socket: { remoteAddress: address }, headers: {}, rawHeaders: [] as string[] }
		const response = Object.assign(new EventEmitter(), { destroyed: false, address })
		networks.answer(request as unknown as IncomingMessage, response as unknown as ServerResponse)
		return response
	}
	return { begun, refused, ask, connectionCame: networks.connectionCame }
}

afterEach(() => void vi.useRealTimers())

const FLOODER = "203.0.113.7"
const nextTurn = () => new Promise((resolve) => setImmediate(resolve))
/** Until all have begun that may. */
async function settled(begun: string[]): Promise<void> {
	let before: number
	do {
		before = begun.length
		await nextTurn()
		await nextTurn()
	} while (begun.length > before)
}

it("H-79: one network has only so many requests in work; another does not wait for them", async () => {
	vi.useFakeTimers({ toFake: ["setTimeout"] })
	const { begun, ask } = asking()
	for (let count = 0; count < 200; count++) ask(FLOODER)
	await settled(begun)
	const ofFlooder = begun.length
	expect(ofFlooder).toBeLessThan(20)
	for (const address of ["198.51.100.1", "2001:db8:0:a700::1"]) ask(address)
	expect(begun.slice(ofFlooder)).toEqual(["198.51.100.1", "2001:db8:0:a700::1"])
})

it("H-79: among others, also where these are reading, a network has fewer in work", async () => {
	vi.useFakeTimers({ toFake: ["performance", "setTimeout"] })
	const { begun, ask } = asking()
	ask("198.51.100.1")
	vi.advanceTimersByTime(30_000)
	for (let count = 0; count < 200; count++) ask(FLOODER)
	await settled(begun)
	expect(begun.filter((address) => address === FLOODER).length).toBeLessThanOrEqual(2)
	ask("198.51.100.2")
	expect(begun.at(-1)).toBe("198.51.100.2")
})

it("H-79: of one site, one request is begun in each turn of the event loop, so that others come between", async () => {
	const { begun, ask } = asking()
	for (let count = 0; count < 8; count++) ask(FLOODER)
	for (let turn = 1; turn < 5; turn++, await nextTurn()) expect(begun).toHaveLength(turn)
})

it("H-79: all of one site's /48 have as many in work as one network", async () => {
	vi.useFakeTimers({ toFake: ["setTimeout"] })
	const { begun, ask } = asking()
	for (let count = 0; count < 200; count++) ask(`2001:db8:0:${count.toString(16)}00::1`)
	await settled(begun)
	const ofSite = begun.length
	expect(ofSite).toBeLessThan(20)
	ask("2001:db8:1::1")
	expect(begun.slice(ofSite)).toEqual(["2001:db8:1::1"])
})

it("H-79: who asks for what is dear has a part of the time while somebody else's request is here", async () => {
	const DEAR_MS = 5
	let isOver = false
	onTestFinished(() => {
		isOver = true
	})
	const { begun, ask } = asking((address, response) => {
		if (address !== FLOODER) return
		const until = performance.now() + DEAR_MS
		while (performance.now() < until);
		setImmediate(() => {
			for (const event of ["prefinish", "close"]) response.emit(event)
			if (!isOver) ask(FLOODER)
		})
	})
	/** How much of the time goes into what the flooder asks for. */
	const shareOfFlooder = async () => {
		const before = begun.length
		const began = performance.now()
		await pause(20 * WORK_BUDGET.windowMs)
		return ((begun.length - before) * DEAR_MS) / (performance.now() - began)
	}
	const stranger = ask("198.51.100.1")
	for (let count = 0; count < 20; count++) ask(FLOODER)
	// What is in work when the budget is used up comes on top.
	const most = (WORK_BUDGET.ms + 2 * DEAR_MS) / WORK_BUDGET.windowMs
	const amongOthers = await shareOfFlooder()
	expect(amongOthers).toBeLessThan(most)
	const { length } = begun
	const next = ask("198.51.100.1")
	for (let turn = 0; turn < 3; turn++) await nextTurn()
	expect(begun.slice(length)).toContain("198.51.100.1")
	for (const response of [stranger, next]) response.emit("close")
	await pause(2 * WORK_BUDGET.windowMs)
	expect(await shareOfFlooder()).toBeGreaterThan(1.2 * amongOthers)
})

it("where there is no room at all, networks take turns", async () => {
	const { begun, ask } = asking()
	const others = Array.from({ length: 100 }, (_, index) => `192.0.2.${index}`)
	const first = others.map(ask)
	expect(begun.length).toBeLessThan(others.length)
	for (let count = 0; count < 10; count++) ask(FLOODER)
	ask("198.51.100.1")
	for (let ended = 0; ended < others.length; await nextTurn())
		for (const end = begun.length; ended < Math.min(end, others.length); ended++)
			first[ended]?.emit("prefinish")
	expect(begun.slice(100, 102)).toEqual([FLOODER, "198.51.100.1"])
})

it("H-79: who comes later does not overtake those who wait", async () => {
	const { begun, ask } = asking()
	const first = Array.from({ length: 100 }, (_, index) => ask(`192.0.2.${index}`))
	const room = begun.length
	for (const response of first.slice(0, 5)) response.emit("prefinish")
	ask("198.51.100.1")
	expect(begun).toHaveLength(room)
	await nextTurn()
	expect(begun.slice(room)).toEqual([0, 1, 2, 3, 4].map((index) => `192.0.2.${room + index}`))
})

it("the next begins once an answer is written; a client that goes away gives nothing back", async () => {
	// However long this takes, none is thought to wait for something else.
	vi.useFakeTimers({ toFake: ["setTimeout"] })
	const { begun, ask } = asking()
	const responses = Array.from({ length: 30 }, () => ask(FLOODER))
	await settled(begun)
	const room = begun.length
	responses[0]?.emit("prefinish")
	responses[0]?.emit("close")
	responses[1]?.emit("close")
	await nextTurn()
	await nextTurn()
	expect(begun).toHaveLength(room + 1)
})

it("connections that come are let in before more is begun, but not for ever", async () => {
	const { begun, ask, connectionCame } = asking()
	for (let turn = 0; turn < 10; turn++) {
		connectionCame()
		ask(FLOODER)
		await nextTurn()
	}
	expect(begun).toEqual([])
	await expect.poll(() => begun.length).toBeGreaterThan(0)
	const { length } = begun
	ask("198.51.100.1")
	expect(begun).toHaveLength(length + 1)

	connectionCame()
	ask("198.51.100.2")
	for (let turn = 0; turn < 200 && !begun.includes("198.51.100.2"); turn++) {
		connectionCame()
		await nextTurn()
	}
	expect(begun).toContain("198.51.100.2")
})

it("who waits for something else holds nobody up", async () => {
	const { begun, ask } = asking()
	for (let count = 0; count < 30; count++) ask(FLOODER)
	await expect.poll(() => begun.length).toBe(30)
})

it("H-79: bodies whose last byte comes at once are worked on in turn, those of others first", async () => {
	const { begun, ask } = asking()
	const held = Array.from({ length: 60 }, () => ask(FLOODER))
	await expect.poll(() => begun.length, { timeout: 5_000 }).toBe(60)
	await pause(40)
	const goneOn: string[] = []
	const goOn = (response: ServerResponse, name: string) => untilTurn(response).then(() => goneOn.push(name))
	for (const response of held) void goOn(response as unknown as ServerResponse, FLOODER)
	await nextTurn()
	const atOnce = goneOn.length
	expect(atOnce).toBeLessThan(20)
	const stranger = ask("198.51.100.1")
	expect(begun.at(-1)).toBe("198.51.100.1")
	await goOn(stranger as unknown as ServerResponse, "198.51.100.1")
	expect(goneOn.slice(atOnce)).toEqual(["198.51.100.1"])
	await expect.poll(() => goneOn.length, { timeout: 5_000 }).toBe(61)
})

it("what was hung up on while it waited is not begun", async () => {
	const { begun, ask } = asking()
	const responses = Array.from({ length: 30 }, () => ask(FLOODER))
	for (const response of responses.slice(-10)) response.destroyed = true
	await expect.poll(() => begun.length).toBe(20)
	await pause(60)
	expect(begun).toHaveLength(20)
})

it("H-04: a site has only so many requests here at once, until one of them is over", () => {
	const { begun, refused, ask } = asking()
	const asked = Array.from({ length: MOST_UNANSWERED }, (_, index) =>
		ask(`2001:db8:0:${index.toString(16)}::1`),
	)
	expect(refused).toEqual([])
	ask("2001:db8:0:1::2")
	expect(refused).toEqual(["overloaded 2001:db8:0:1::2"])
	ask("198.51.100.1")
	expect(begun.at(-1)).toBe("198.51.100.1")
	asked.at(-1)?.emit("close")
	ask("2001:db8:0:1::3")
	expect(refused).toHaveLength(1)
})
