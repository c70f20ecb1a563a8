import { log } from "../../log.server"
import type { Charge, Counts, SharedCounts } from "./counts"
import { CountsInMemory } from "./counts-in-memory.server"

/** How long a request waits for what is counted elsewhere; the first one only, then it counts as away. */
const TIMEOUT_MS = 700
/** A process that was busy for so long sees the time pass before it sees the answer that is there. */
const GRACE_MS = 50
/** How often one that is away is asked whether it is back. */
const PROBE_MS = 1_000

/**
 * Counts that are shared while they can be, else this process's own: so a limit may let through what all processes
 * allow together, but is never without end, and nobody waits for long.
 */
export class CountsWithFallback implements Counts {
	readonly #shared: SharedCounts
	readonly #own = new CountsInMemory()
	/** What was charged here while the others were away is given back here. */
	readonly #chargedHere = new WeakSet<Charge>()
	/** What was charged there, and could not be given back there yet. As many as were under way when it went away. */
	readonly #owed: (readonly Charge[])[] = []
	#awaySince: number | null = null
	#probing: NodeJS.Timeout | undefined
	#isClosed = false

	constructor(shared: SharedCounts) {
		this.#shared = shared
	}

	async take(charges: readonly Charge[]) {
		const asked = await this.#ask(
			() => this.#shared.take(charges),
			// It is counted here by now, and nobody would give it back there.
			async (refused) => refused ?? this.#giveBackThere(charges),
		)
		if (asked) return asked.answer
		const refused = await this.#own.take(charges)
		if (!refused) for (const charge of charges) this.#chargedHere.add(charge)
		return refused
	}

	async giveBack(charges: readonly Charge[]) {
		const isHere = (charge: Charge) => this.#chargedHere.has(charge)
		await this.#own.giveBack(charges.filter(isHere))
		const others = charges.filter((charge) => !isHere(charge))
		if (others.length > 0) await this.#giveBackThere(others)
	}

	async forget(charge: Charge) {
		await this.#own.forget(charge)
		await this.#ask(() => this.#shared.forget(charge))
	}

	/** Whether it is there, so that the log says at the start what is missing, and not at the first request. */
	async open(): Promise<void> {
		await this.#ask(() => this.#shared.probe())
	}

	close(): void {
		this.#isClosed = true
		clearTimeout(this.#probing)
		this.#shared.close()
	}

	async #giveBackThere(charges: readonly Charge[]): Promise<void> {
		if (this.#awaySince !== null) this.#owed.push(charges)
		else await this.#ask(() => this.#shared.giveBack(charges))
	}

	/**
	 * @param undo undoes an answer that comes too late to be heeded
	 * @returns null where there is no answer
	 */
	async #ask<T>(
		work: () => Promise<T>,
		undo?: (answer: T) => Promise<unknown>,
	): Promise<{ answer: T } | null> {
		if (this.#awaySince !== null) return null
		const asked = work()
		try {
			return { answer: await inTime(asked) }
		} catch (error) {
			this.#noteFault(error)
			if (undo) asked.then(undo).catch(() => {})
			return null
		}
	}

	/** Said once, however many requests find out at the same time. */
	#noteFault(error: unknown): void {
		if (this.#awaySince !== null || this.#isClosed) return
		this.#awaySince = performance.now()
		const { place } = this.#shared
		const reason = error instanceof Late ? "timeout" : this.#shared.reasonOf(error)
		log.error(
			{ event: "limits.unavailable", place, reason },
			"Limits are counted by this process alone until the others' counts can be reached again",
		)
		this.#planProbe()
	}

	#planProbe(): void {
		this.#probing = setTimeout(() => void this.#probe(), PROBE_MS).unref()
	}

	async #probe(): Promise<void> {
		try {
			await inTime(this.#shared.probe())
		} catch {
			if (this.#isClosed) return
			this.#shared.reconnect()
			this.#planProbe()
			return
		}
		const seconds = Math.round((performance.now() - (this.#awaySince ?? 0)) / 1000)
		this.#awaySince = null
		log.info(
			{ event: "limits.restored", place: this.#shared.place, seconds },
			"Limits are counted together with the other processes again",
		)
		for (const charges of this.#owed.splice(0)) await this.#giveBackThere(charges)
	}
}

class Late extends Error {}

/** @throws {Late} */
async function inTime<T>(work: Promise<T>): Promise<T> {
	let timer: NodeJS.Timeout | undefined
	const late = new Promise<never>((_, reject) => {
		timer = setTimeout(() => {
			timer = setTimeout(() => reject(new Late()), GRACE_MS)
		}, TIMEOUT_MS)
	})
	return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
