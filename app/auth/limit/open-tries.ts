import type { Charge } from "./counts"

/** Tries of this process that are not decided yet, by each of what they are counted into, and who waits for them. */
export class OpenTries {
	readonly #open = new Map<string, number>()
	readonly #lines = new Map<string, Set<() => void>>()

	/** @param outcome with it, they are decided: whoever waits first for one of these charges hears of it */
	add(charges: readonly Charge[], outcome: Promise<unknown>): void {
		this.#count(charges, 1)
		const decide = () => {
			this.#count(charges, -1)
			this.callNext(charges)
		}
		outcome.then(decide, decide)
	}

	/** Whether there are any that are counted into one of these. */
	has(charges: readonly Charge[]): boolean {
		return charges.some((charge) => this.#open.has(keyOf(charge)))
	}

	/**
	 * Waits in line for a try to be decided that is counted into one of these. Any try that was called, and finds this of
	 * no use or that there is more, has to call the next: else a place that became free would stay so.
	 *
	 * @param milliseconds after which it waits no longer
	 */
	async waitInLine(charges: readonly Charge[], milliseconds: number): Promise<void> {
		const keys = charges.map(keyOf)
		await new Promise<void>((resolve) => {
			const timer = setTimeout(leave, milliseconds).unref()
			const lines = this.#lines
			function leave() {
				clearTimeout(timer)
				for (const key of keys) {
					const line = lines.get(key)
					line?.delete(leave)
					if (line?.size === 0) lines.delete(key)
				}
				resolve()
			}
			for (const key of keys) lines.set(key, (lines.get(key) ?? new Set()).add(leave))
		})
	}

	/** Ends the waiting of the first in line for each of these. */
	callNext(charges: readonly Charge[]): void {
		for (const charge of charges) {
			const [first] = this.#lines.get(keyOf(charge)) ?? []
			first?.()
		}
	}

	#count(charges: readonly Charge[], by: number): void {
		for (const key of charges.map(keyOf)) {
			const open = (this.#open.get(key) ?? 0) + by
			if (open > 0) this.#open.set(key, open)
			else this.#open.delete(key)
		}
	}
}

function keyOf([limit, key]: Charge): string {
	return `${limit} ${key}`
}
