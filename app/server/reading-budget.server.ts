import type { Socket } from "node:net"
import type { Duplex } from "node:stream"
import { isToBeSaid, log } from "../log.server"
import { networkOf, SITE } from "../network"
import { normalizeAddress } from "./client-address.server"

/** How much of the event loop one site may take by what it sends, in each window, before anybody looks at it. */
export const BUDGET_MS = 80
export const WINDOW_MS = 250
/** How many connections of a site may wait to be read; who has more coming is hung up on. */
export const MOST_HELD = 64
/** What each takes, measured: to parse it, to keep it, and to throw it away when its client hangs up. */
export const COST_MS = { requestBehindAnother: 0.03, piece: 0.0015, brokenRequest: 0.3 }

type Site = { name: string; sockets: Set<Socket>; spentMs: number; held: Socket[] | null }

/**
 * Node takes up to 64 kB from a connection and parses them to their end before anything can refuse what they hold:
 * hundreds of requests behind one another, or a body in pieces of a byte. So what that takes is charged to the site that
 * it comes from, and of one that has used its budget up nothing is read for a while. What browsers and programs send
 * costs next to nothing here. See decision 31.
 */
export class ReadingBudget {
	readonly #sites = new Map<string, Site>()
	readonly #siteOf = new WeakMap<Duplex, Site>()

	connectionCame(socket: Socket): void {
		const name = networkOf(normalizeAddress(socket.remoteAddress ?? "") ?? "", SITE)
		const site = this.#sites.get(name) ?? { name, sockets: new Set(), spentMs: 0, held: null }
		this.#sites.set(name, site)
		this.#siteOf.set(socket, site)
		site.sockets.add(socket)
		socket.once("close", () => {
			site.sockets.delete(socket)
			this.#forgetUnused(site)
		})
		// Node begins to read in this turn's end, whatever is said before.
		if (site.held && site.held.length < MOST_HELD) process.nextTick(hold, site, socket)
		else if (site.held) socket.destroy()
	}

	/** @param socket one that is paused already stays so afterwards */
	charge(socket: Duplex, milliseconds: number): void {
		const site = this.#siteOf.get(socket)
		if (!site) return
		if (site.spentMs === 0) this.#planRenewal(site)
		site.spentMs += milliseconds
		if (site.held || site.spentMs <= BUDGET_MS) return
		if (isToBeSaid("network.held"))
			log.warn(
				{ event: "network.held", network: site.name },
				"A network sends what is dear to read; it is read more slowly",
			)
		site.held = []
		for (const each of site.sockets) hold(site, each)
	}

	#planRenewal(site: Site): void {
		setTimeout(() => this.#renew(site), WINDOW_MS).unref()
	}

	/** What was read beyond the budget is taken off the next. */
	#renew(site: Site): void {
		site.spentMs = Math.max(0, site.spentMs - BUDGET_MS)
		if (site.spentMs > 0) this.#planRenewal(site)
		if (site.spentMs > BUDGET_MS) return
		const held = site.held ?? []
		site.held = null
		for (const socket of held) socket.resume()
		this.#forgetUnused(site)
	}

	#forgetUnused({ name, sockets, spentMs }: Site): void {
		if (sockets.size === 0 && spentMs === 0) this.#sites.delete(name)
	}
}

function hold({ held }: Site, socket: Socket): void {
	if (held && !socket.isPaused()) held.push(socket.pause())
}
