import type { RequestListener, ServerResponse } from "node:http"
import { FairQueue } from "../fair-queue"
import { LatestNetworks } from "../latest-networks"
import { HOME, networkOf } from "../network"
import { clientAddress } from "./client-address.server"

/** How many requests are worked on at once: in all, of one network while nobody else asks, and of one among others. */
const IN_WORK = { total: 32, alone: 8, amongOthers: 2 }
/** For how long after its last request somebody else counts. */
const OTHERS_COUNT_FOR_MS = 2_000
/** Whose answer takes longer waits for something else, such as a body, a hash or a lock, and holds nobody up. */
const WAITING_ELSEWHERE_AFTER_MS = 20
/** Work that holds the event loop for longer lets new connections in before more is begun. */
const HELD_MS = 10

/**
 * Networks take turns: who keeps hundreds of connections busy waits for himself, and not everybody for him. It stands
 * before all else, so that next to nothing is done for a request whose turn has not come. See decision 21.
 */
export function networksInTurn(handle: RequestListener): RequestListener {
	const waiting = new FairQueue<() => void>(() => Number.POSITIVE_INFINITY)
	const inWork = new Map<string, number>()
	let total = 0
	let isBeginning = false
	/** How long the longest took of those that ended in this turn of the event loop. */
	let longestMs = 0
	const latest = new LatestNetworks()
	const mayHaveInWork = (network: string) =>
		latest.isAlone(network, OTHERS_COUNT_FOR_MS) ? IN_WORK.alone : IN_WORK.amongOthers

	const hasTurn = (network: string) =>
		total < IN_WORK.total && (inWork.get(network) ?? 0) < mayHaveInWork(network)

	function begin(network: string, response: ServerResponse, work: () => void): void {
		total++
		inWork.set(network, (inWork.get(network) ?? 0) + 1)
		let isDone = false
		const begunAt = performance.now()
		const leave = () => {
			if (isDone) return
			isDone = true
			clearTimeout(timer)
			end(network)
		}
		const done = () => {
			if (!isDone) longestMs = Math.max(longestMs, performance.now() - begunAt)
			leave()
		}
		const timer = setTimeout(leave, WAITING_ELSEWHERE_AFTER_MS)
		response.once("prefinish", done).once("close", done)
		work()
	}

	function end(network: string): void {
		total--
		const left = (inWork.get(network) ?? 0) - 1
		if (left > 0) inWork.set(network, left)
		else inWork.delete(network)
		if (waiting.size === 0 || isBeginning) return
		isBeginning = true
		setImmediate(() => letConnectionsIn(longestMs > HELD_MS ? longestMs : 0))
	}

	/**
	 * Node takes one new connection in each turn of the event loop. After one of many milliseconds, as many short ones:
	 * else a network with hundreds of connections would keep everybody else's from being taken at all.
	 */
	function letConnectionsIn(turns: number): void {
		if (turns > 0) setImmediate(letConnectionsIn, turns - 1)
		else beginNext()
	}

	function beginNext(): void {
		isBeginning = false
		longestMs = 0
		for (let next = waiting.take(hasTurn); next; next = waiting.take(hasTurn)) next()
	}

	return (request, response) => {
		const network = networkOf(clientAddress(request), HOME)
		const work = () => handle(request, response)
		latest.note(network)
		if (waiting.size === 0 && hasTurn(network)) return begin(network, response, work)
		waiting.add(network, () => {
			if (!response.destroyed) begin(network, response, work)
		})
		// Who comes now goes after those who wait and could have the same place.
		if (!isBeginning && total < IN_WORK.total) beginNext()
	}
}
