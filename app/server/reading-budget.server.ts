import type { Socket } from "node:net"
import { isToBeSaid, log } from "../log.server"
import { networkOf, SITE } from "../network"
import { normalizeAddress } from "./client-address.server"
import { TimeBudget } from "./time-budget.server"

/** How much of the event loop one site may take by what its packets hold. */
export const READING_BUDGET = { ms: 9, windowMs: 30, mostWindows: 30 }
/** What it takes to let a connection in and out again, measured. */
const CONNECTION_MS = 0.2
/** What a packet takes before and after it is parsed, measured. */
const PACKET_MS = 0.015
/** What it takes to hold a connection and to let it go again, measured. */
const HOLDING_MS = 0.03
/** How many that were held are read at a time: letting thousands go at once would hold everybody up, too. */
const MOST_LET_GO = READING_BUDGET.ms / 2 / HOLDING_MS
/** How many connections a site may have. Each takes one of the process's files. */
export const MOST_CONNECTIONS = 2_048
/** How long a connection waits of which nothing was read yet. That its client has gone is noticed no earlier. */
export const HELD_FOR_MS = 2_000

type Site = {
	name: string
	sockets: Set<Socket>
	/** Those that wait to be read; null where none has to. */
	held: Set<Socket> | null
	/** Until some are let go. */
	areAllHeld: boolean
}

/**
 * Node takes up to 64 kB from a connection and parses them to their end before anything can refuse what they hold:
 * hundreds of requests behind one another, thousands of header fields, or a body in pieces of a byte. So the time that
 * takes is counted by site; from one that has used up its budget, nothing is read for a while, and then a packet of
 * some connections at a time. See decision 31.
 */
export class ReadingBudget {
	readonly #sites = new Map<string, Site>()
	readonly #budget = new TimeBudget(READING_BUDGET, (name) => this.#release(name))
	readonly #mostConnections: number

	constructor(mostConnections = MOST_CONNECTIONS) {
		this.#mostConnections = mostConnections
	}

	connectionCame(socket: Socket): void {
		// Reset before it was taken: nobody knows whose it was, and nothing comes.
		if (!socket.remoteAddress) return void socket.destroy()
		const name = networkOf(normalizeAddress(socket.remoteAddress) ?? "", SITE)
		const site = this.#sites.get(name) ?? { name, sockets: new Set(), held: null, areAllHeld: false }
		this.#sites.set(name, site)
		if (site.sockets.size >= this.#mostConnections) {
			if (isToBeSaid("network.full"))
				log.warn({ event: "network.full", network: name }, "A network has all connections that it may have")
			return void socket.destroy()
		}
		site.sockets.add(socket)
		this.#chargeReading(site, socket)
		socket.on("close", () => {
			site.sockets.delete(socket)
			site.held?.delete(socket)
			this.#forgetUnused(site)
		})
		this.#charge(site, CONNECTION_MS)
		if (!site.held) return
		// Node begins to read at this turn's end, whatever is said before.
		process.nextTick(hold, site, socket)
		setTimeout(() => socket.bytesRead === 0 && socket.destroy(), HELD_FOR_MS).unref()
	}

	/** The site pays for what is read of this connection, and a pause stops that altogether. */
	#chargeReading(site: Site, socket: Socket): void {
		const stopsAndStarts = ["pause", "resume"].map((event) => ({ event, listeners: socket.listeners(event) }))
		// Node's own listeners, which parse and throw away, stand between these two.
		let began = 0
		for (const event of ["data", "close"]) {
			socket.prependListener(event, () => {
				began = performance.now()
			})
			socket.on(event, () => this.#charge(site, PACKET_MS + performance.now() - began))
		}
		// As long as others wait, it waits behind them again.
		socket.on("data", () => hold(site, socket))
		// Node removes these once somebody listens to data. Without them, a paused connection is read until it fills 16 kB.
		for (const { event, listeners } of stopsAndStarts)
			for (const listener of listeners) socket.on(event, listener as () => void)
		// Whoever reads a body resumes its connection after each piece; and where one that was let go in this very turn is
		// held, Node goes on to read it, and says so by this event alone.
		socket.on("resume", () => site.held?.has(socket) && socket.pause().emit("pause"))
	}

	#charge(site: Site, milliseconds: number): void {
		this.#budget.charge(site.name, milliseconds)
		if (site.areAllHeld || !this.#budget.isUsedUp(site.name)) return
		if (isToBeSaid("network.held"))
			log.warn(
				{ event: "network.held", network: site.name },
				"A network sends what is expensive to read; it is read more slowly",
			)
		site.held ??= new Set()
		site.areAllHeld = true
		for (const each of site.sockets) hold(site, each)
	}

	#release(name: string): void {
		const site = this.#sites.get(name)
		if (!site) return
		const next = newFirst(site.held ?? []).slice(0, MOST_LET_GO)
		for (const socket of next) {
			site.held?.delete(socket)
			socket.resume()
		}
		if (site.held?.size === 0) site.held = null
		site.areAllHeld = false
		this.#budget.charge(name, next.length * HOLDING_MS)
		this.#forgetUnused(site)
	}

	/** Never while anything of it may still be charged: another of the same name would have a budget of its own. */
	#forgetUnused({ name, sockets }: Site): void {
		if (sockets.size === 0 && this.#budget.isUntouched(name)) this.#sites.delete(name)
	}
}

/** What is left of a flood may take long to read, and whoever comes after it has little to say. */
function newFirst(sockets: Iterable<Socket>): Socket[] {
	const all = [...sockets]
	const isNew = ({ bytesRead }: Socket) => bytesRead === 0
	return [...all.filter(isNew), ...all.filter((socket) => !isNew(socket))]
}

function hold({ held }: Site, socket: Socket): void {
	if (held && !socket.isPaused()) held.add(socket.pause())
}
