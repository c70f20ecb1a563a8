import type { RequestListener, ServerResponse } from "node:http"
import { performance } from "node:perf_hooks"
import { FairQueue } from "../fair-queue"
import { LatestNetworks } from "../latest-networks"
import { HOME, networkOf, siteOf } from "../network"
import { clientAddress } from "./client-address.server"
import { TimeBudget } from "./time-budget.server"
import { hasTooManyFields } from "./turns.server"

/** How many requests are worked on at once: in all, of one site while nobody else asks, and of one among others. */
const IN_WORK = { total: 32, alone: 8, amongOthers: 2 }
/** How long one site's requests may keep the event loop busy while others are here: some take 20 times as long. */
export const WORK_BUDGET = { ms: 5, windowMs: 20, mostWindows: 20 }
/**
 * How many requests of one site may be here at once, under way or waiting: with a body each, 32 MB. More than anybody's
 * sign-ins could wait for, and than a balancer lets through of one address.
 */
export const MOST_UNANSWERED = 512
/** For how long after its last request somebody else counts: people read, and type, before they send the next. */
const OTHERS_COUNT_FOR_MS = 60_000
/** A request that takes longer waits for something else, such as a body, a hash or a lock, and holds nobody up. */
const WAITING_ELSEWHERE_AFTER_MS = 20
/** How many turns of the event loop it takes until a new connection's request is here, and its end where it hangs up. */
const ARRIVING_TURNS = 2
/** More is begun after so many turns, however many connections come. */
const MOST_TURNS = 50

/**
 * Networks take turns: whoever keeps hundreds of connections busy keeps nobody else waiting. What waits takes turns by
 * site, then by network; what is under way is counted by site. It stands first, so that next to nothing is done for a
 * request whose turn has not come. See decision 21.
 */
export function networksInTurn(
	handle: RequestListener,
	refuse: (response: ServerResponse, code: "overloaded" | "headers_too_large") => void,
) {
	const waiting = new FairQueue<() => void>(() => Number.POSITIVE_INFINITY, siteOf)
	const inWork = new Map<string, number>()
	const unanswered = new Map<string, number>()
	let total = 0
	/** Nothing is begun while connections are let in. */
	let isLettingIn = false
	let hasConnectionCome = false
	/** Sites of which something was begun in this turn of the event loop. */
	const begunInTurn = new Set<string>()
	const latest = new LatestNetworks()
	const budget = new TimeBudget(WORK_BUDGET, () => waiting.size > 0 && letIn(1))
	const mayHaveInWork = (site: string) =>
		latest.isAlone(site, OTHERS_COUNT_FOR_MS) ? IN_WORK.alone : IN_WORK.amongOthers

	/** Nobody is held back for the sake of nobody. */
	const isTooBusy = (site: string) =>
		budget.isUsedUp(site) && unanswered.size > (unanswered.has(site) ? 1 : 0)

	const mayBegin = (site: string) =>
		total < IN_WORK.total &&
		!begunInTurn.has(site) &&
		(inWork.get(site) ?? 0) < mayHaveInWork(site) &&
		!isTooBusy(site)

	/** Hanging up gives nothing back: what was begun is still worked on. */
	function begin(network: string, response: ServerResponse, work: () => void): void {
		const site = siteOf(network)
		total++
		count(inWork, site, 1)
		if (begunInTurn.size === 0) setImmediate(beginTurn)
		begunInTurn.add(site)
		let isDone = false
		const began = busyMs()
		const leave = () => {
			if (isDone) return
			isDone = true
			clearTimeout(timer)
			budget.charge(site, (busyMs() - began) / total)
			end(site)
		}
		const giveUp = () => {
			turnsGivenUp.set(response, () => new Promise((resolve) => takeTurn(network, response, resolve)))
			leave()
		}
		const timer = setTimeout(giveUp, WAITING_ELSEWHERE_AFTER_MS)
		response.once("prefinish", leave)
		work()
	}

	function takeTurn(network: string, response: ServerResponse, work: () => void): void {
		if (waiting.size === 0 && !isLettingIn && mayBegin(siteOf(network))) {
			begin(network, response, work)
			return
		}
		waiting.add(network, () => {
			if (!response.destroyed) begin(network, response, work)
		})
		// A newcomer goes after those who wait and could have the same place.
		if (!isLettingIn && total < IN_WORK.total) beginNext()
	}

	/** Somebody new is let in between two of one site: eight pages in a row would be waited for as a whole. */
	function beginTurn(): void {
		begunInTurn.clear()
		if (waiting.size > 0 && !isLettingIn) beginNext()
	}

	function end(site: string): void {
		total--
		count(inWork, site, -1)
		if (waiting.size > 0) letIn(1)
	}

	/**
	 * Node takes one new connection in each turn of the event loop. If work were begun in every one, a network that opens
	 * hundreds would keep everybody else's from being taken at all: so all that are there are taken first.
	 */
	function letIn(turns: number): void {
		if (isLettingIn) return
		isLettingIn = true
		setImmediate(lookForConnections, MOST_TURNS, turns)
	}

	function lookForConnections(most: number, turns: number): void {
		const left = hasConnectionCome ? ARRIVING_TURNS : turns - 1
		hasConnectionCome = false
		if (left > 0 && most > 0) setImmediate(lookForConnections, most - 1, left)
		else beginNext()
	}

	function beginNext(): void {
		isLettingIn = false
		const mayHaveTurn = (network: string) => mayBegin(siteOf(network))
		for (let next = waiting.take(mayHaveTurn); next; next = waiting.take(mayHaveTurn)) next()
	}

	return {
		connectionCame(): void {
			hasConnectionCome = true
			letIn(ARRIVING_TURNS)
		},
		answer(...[request, response]: Parameters<RequestListener>): void {
			if (hasTooManyFields(request)) return void refuse(response, "headers_too_large")
			const network = networkOf(clientAddress(request), HOME)
			const site = siteOf(network)
			latest.note(site)
			if ((unanswered.get(site) ?? 0) >= MOST_UNANSWERED) return void refuse(response, "overloaded")
			count(unanswered, site, 1)
			response.once("close", () => count(unanswered, site, -1))
			takeTurn(network, response, () => handle(request, response))
		},
	}
}

/** For how long the event loop has had something to do. */
function busyMs(): number {
	return performance.eventLoopUtilization().active
}

/** What gives another turn, of each response that waits for something else. */
const turnsGivenUp = new WeakMap<ServerResponse, () => Promise<void>>()

/**
 * For a request that has waited for something and goes on: where it gave its turn up meanwhile, it waits for another
 * one. Otherwise, hundreds of bodies whose last byte was held back would be worked on all at once.
 */
export async function untilTurn(response: ServerResponse): Promise<void> {
	await turnsGivenUp.get(response)?.()
}

/** What comes to nothing is forgotten. */
function count(counts: Map<string, number>, site: string, by: number): void {
	const sum = (counts.get(site) ?? 0) + by
	if (sum > 0) counts.set(site, sum)
	else counts.delete(site)
}
