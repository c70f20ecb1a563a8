import type { RequestHandler, Response } from "express"
import { FairQueue } from "../fair-queue"
import { HOME, networkOf } from "../network"

/** How many requests are worked on at once: in all, and of one network. */
const IN_WORK = { total: 32, perNetwork: 8 }
/** Whose answer takes longer waits for something else, such as a hash or a lock, and holds nobody up. */
const WAITING_ELSEWHERE_AFTER_MS = 20

/**
 * Networks take turns: who keeps hundreds of connections busy waits for himself, and not everybody for him. It stands
 * behind the request guard, which knows the client's address and has the whole body: a slow client takes no turn.
 */
export function networksInTurn(): RequestHandler {
	const waiting = new FairQueue<() => void>({
		total: Number.POSITIVE_INFINITY,
		perOwner: Number.POSITIVE_INFINITY,
	})
	const inWork = new Map<string, number>()
	let total = 0

	const hasTurn = (network: string) =>
		total < IN_WORK.total && (inWork.get(network) ?? 0) < IN_WORK.perNetwork

	function begin(network: string, response: Response, work: () => void): void {
		total++
		inWork.set(network, (inWork.get(network) ?? 0) + 1)
		const done = () => {
			clearTimeout(timer)
			response.off("prefinish", done).off("close", done)
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
		setImmediate(beginNext)
	}

	function beginNext(): void {
		for (let next = waiting.take(hasTurn); next; next = waiting.take(hasTurn)) next()
	}

	return (_request, response, next) => {
		const network = networkOf(response.locals.address, HOME)
		if (hasTurn(network)) return begin(network, response, next)
		waiting.add(network, () => {
			if (!response.destroyed) begin(network, response, next)
		})
	}
}
