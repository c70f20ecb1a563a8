/** How much of the event loop one site may take by what is worked on for it, in each window, while others wait too. */
export const WORK_BUDGET = { ms: 5, windowMs: 20 }
/** So many windows' budgets are waited for at most. */
const MOST_DEBT = 20

/**
 * Some pages take twenty times as long as others. So it is counted, by site, for how long the event loop was busy while
 * a request was worked on, and its share of that is charged. See decision 21.
 */
export class WorkBudget {
	readonly #spent = new Map<string, number>()
	readonly #renewed: () => void

	/** @param renewed is called when sites that had used theirs up may have another one */
	constructor(renewed: () => void) {
		this.#renewed = renewed
	}

	isUsedUp(site: string): boolean {
		return (this.#spent.get(site) ?? 0) > WORK_BUDGET.ms
	}

	charge(site: string, milliseconds: number): void {
		if (this.#spent.size === 0) this.#planRenewal()
		const spent = (this.#spent.get(site) ?? 0) + milliseconds
		this.#spent.set(site, Math.min(spent, MOST_DEBT * WORK_BUDGET.ms))
	}

	#planRenewal(): void {
		setTimeout(() => this.#renew(), WORK_BUDGET.windowMs).unref()
	}

	/** What was taken beyond a budget is taken off the next. */
	#renew(): void {
		for (const [site, spent] of this.#spent)
			if (spent > WORK_BUDGET.ms) this.#spent.set(site, spent - WORK_BUDGET.ms)
			else this.#spent.delete(site)
		if (this.#spent.size > 0) this.#planRenewal()
		this.#renewed()
	}
}
