import type { LimitName } from "../../auth.config.check.server"
import { BoundedLimiter } from "./bounded-limiter.server"
import type { Charge, Counts } from "./counts"

/** In the memory of this process, which has bounds of its own. */
export class CountsInMemory implements Counts {
	readonly #limiters = new Map<LimitName, BoundedLimiter>()

	async take(charges: readonly Charge[]) {
		for (const [index, [name, key, address]] of charges.entries()) {
			const refused = await this.#limiterFor(name).consume(key, address)
			if (!refused) continue
			await this.giveBack(charges.slice(0, index))
			return refused
		}
		return null
	}

	async giveBack(charges: readonly Charge[]) {
		await Promise.all(charges.map(([name, key]) => this.#limiterFor(name).refund(key)))
	}

	async forget([name, key]: Charge) {
		await this.#limiterFor(name).forget(key)
	}

	#limiterFor(name: LimitName): BoundedLimiter {
		const limiter = this.#limiters.get(name) ?? new BoundedLimiter(name)
		this.#limiters.set(name, limiter)
		return limiter
	}
}
