import type { Socket } from "node:net"
import { isToBeSaid, log } from "../log.server"
import { networkOf, SITE } from "../network"
import { normalizeAddress } from "./client-address.server"
import { TimeBudget } from "./time-budget.server"

/** How much of the event loop one site may take by what its packets hold. */
export const READING_BUDGET = { ms: 9, windowMs: 30, mostWindows: 30 }
/** What it takes to let a connection in and out again, measured. */
const CONNECTION_MS = 0.2
/** How many connections a site may have, and how many of them may wait to be read. Each takes one of the process's files. */
export const CONNECTIONS = { most: 2_048, mostHeld: 1_024 }
/** For how long a connection waits of which nothing was read yet. Whose client has gone is noticed no earlier. */
export const HELD_FOR_MS = 2_000

type Site = { name: string; sockets: Set<Socket>; held: Socket[] | null }

/**
 * Node takes up to 64 kB from a connection and parses them to their end before anything can refuse what they hold:
 * hundreds of requests behind one another, thousands of header fields, or a body in pieces of a byte. So the time that
 * takes is counted by the site that it comes from, and of one that has used its budget up nothing is read for a while.
 * See decision 31.
 */
export class ReadingBudget {
	readonly #sites = new Map<string, Site>()
	readonly #budget = new TimeBudget(READING_BUDGET, (name) => this.#release(name))
	readonly #bounds: typeof CONNECTIONS

	constructor(bounds = CONNECTIONS) {
		this.#bounds = bounds
	}

	connectionCame(socket: Socket): void {
		// Reset before it was taken: nobody knows whose it was, and nothing comes.
		if (!socket.remoteAddress) return void socket.destroy()
		const name = networkOf(normalizeAddress(socket.remoteAddress) ?? "", SITE)
		const site = this.#sites.get(name) ?? { name, sockets: new Set(), held: null }
		this.#sites.set(name, site)
		if (site.sockets.size >= this.#bounds.most) {
			if (isToBeSaid("network.full"))
				log.warn({ event: "network.full", network: name }, "A network has all connections that it may have")
			return void socket.destroy()
		}
		site.sockets.add(socket)
		// Node's own listeners, which parse and throw away, stand between these two.
		let began = 0
		for (const event of ["data", "close"]) {
			socket.prependListener(event, () => {
				began = performance.now()
			})
			socket.on(event, () => this.#charge(site, performance.now() - began))
		}
		// What was paused already when the others were may have been resumed since.
		socket.on("data", () => hold(site, socket))
		socket.on("close", () => {
			site.sockets.delete(socket)
			this.#forgetUnused(site)
		})
		this.#charge(site, CONNECTION_MS)
		if (!site.held) return
		if (site.held.length >= this.#bounds.mostHeld) return void socket.destroy()
		// Node begins to read in this turn's end, whatever is said before.
		process.nextTick(hold, site, socket)
		setTimeout(() => socket.bytesRead === 0 && socket.destroy(), HELD_FOR_MS).unref()
	}

	#charge(site: Site, milliseconds: number): void {
		this.#budget.charge(site.name, milliseconds)
		if (site.held || !this.#budget.isUsedUp(site.name)) return
		if (isToBeSaid("network.held"))
			log.warn(
				{ event: "network.held", network: site.name },
				"A network sends what is dear to read; it is read more slowly",
			)
		site.held = []
		for (const each of site.sockets) hold(site, each)
	}

	#release(name: string): void {
		const site = this.#sites.get(name)
		if (!site) return
		const held = site.held ?? []
		site.held = null
		for (const socket of held) socket.resume()
		this.#forgetUnused(site)
	}

	/** Never while anything of it may still be charged: another of the same name would have a budget of its own. */
	#forgetUnused({ name, sockets }: Site): void {
		if (sockets.size === 0 && this.#budget.isUntouched(name)) this.#sites.delete(name)
	}
}

function hold({ held }: Site, socket: Socket): void {
	if (held && !socket.isPaused()) held.push(socket.pause())
}
