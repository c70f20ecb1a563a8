import type { RequestListener, ServerResponse } from "node:http"
import { FairQueue } from "../fair-queue"
import { HOME, networkOf } from "../network"
import { clientAddress } from "./client-address.server"

/** How many requests are worked on at once: in all, and of one network. */
const IN_WORK = { total: 32, perNetwork: 8 }
/** Whose answer takes longer waits for something else, such as a body, a hash or a lock, and holds nobody up. */
const WAITING_ELSEWHERE_AFTER_MS = 20

/**
 * Networks take turns: who keeps hundreds of connections busy waits for himself, and not everybody for him. It stands
 * before all else, so that next to nothing is done for a request whose turn has not come. See decision 21.
 */
export function networksInTurn(handle: RequestListener): RequestListener {
	const waiting = new FairQueue<() => void>(() => Number.POSITIVE_INFINITY)
	const inWork = new Map<string, number>()
	let total = 0
	let isBeginning = false

	const hasTurn = (network: string) =>
		total < IN_WORK.total && (inWork.get(network) ?? 0) < IN_WORK.perNetwork

	function begin(network: string, response: ServerResponse, work: () => void): void {
		total++
		inWork.set(network, (inWork.get(network) ?? 0) + 1)
		let isDone = false
		const done = () => {
			if (isDone) return
			isDone = true
			clearTimeout(timer)
			end(network)
		}
		const timer = setTimeout(done, WAITING_ELSEWHERE_AFTER_MS)
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
		setImmediate(beginNext)
	}

	function beginNext(): void {
		isBeginning = false
		for (let next = waiting.take(hasTurn); next; next = waiting.take(hasTurn)) next()
	}

	return (request, response) => {
		const network = networkOf(clientAddress(request), HOME)
		const work = () => handle(request, response)
		if (hasTurn(network)) return begin(network, response, work)
		waiting.add(network, () => {
			if (!response.destroyed) begin(network, response, work)
		})
	}
}
