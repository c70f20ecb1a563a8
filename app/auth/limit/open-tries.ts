import type { Charge } from "./counts"

/** Tries of this process that are not decided yet, by each of what they are counted into. */
export class OpenTries {
	readonly #byCharge = new Map<string, Set<Promise<void>>>()

	/** @param outcome with it, they are decided */
	add(charges: readonly Charge[], outcome: Promise<unknown>): void {
		const keys = charges.map(keyOf)
		const end = () => {
			for (const key of keys) {
				const tries = this.#byCharge.get(key)
				tries?.delete(decided)
				if (tries?.size === 0) this.#byCharge.delete(key)
			}
		}
		const decided: Promise<void> = outcome.then(end, end)
		for (const key of keys) this.#byCharge.set(key, (this.#byCharge.get(key) ?? new Set()).add(decided))
	}

	/** @returns for each try that is counted into one of these, what comes when it is decided */
	of(charges: readonly Charge[]): Promise<void>[] {
		return charges.flatMap((charge) => [...(this.#byCharge.get(keyOf(charge)) ?? [])])
	}
}

function keyOf([limit, key]: Charge): string {
	return `${limit} ${key}`
}
