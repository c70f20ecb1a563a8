/** How much of the event loop one site may take in each window; so many windows' budgets are waited for at most. */
type Bounds = { ms: number; windowMs: number; mostWindows: number }

/** What each site has taken of the event loop's time lately, and whether that is more than it may. */
export class TimeBudget {
	readonly #spent = new Map<string, number>()
	readonly #bounds: Bounds
	readonly #renewed: (site: string) => void
	#isRenewalPlanned = false

	/** @param renewed is called at a window's end for each site that has a budget again */
	constructor(bounds: Bounds, renewed: (site: string) => void) {
		this.#bounds = bounds
		this.#renewed = renewed
	}

	isUsedUp(site: string): boolean {
		return (this.#spent.get(site) ?? 0) > this.#bounds.ms
	}

	isUntouched(site: string): boolean {
		return !this.#spent.has(site)
	}

	charge(site: string, milliseconds: number): void {
		if (milliseconds <= 0) return
		if (!this.#isRenewalPlanned) this.#planRenewal()
		const { ms, mostWindows } = this.#bounds
		this.#spent.set(site, Math.min((this.#spent.get(site) ?? 0) + milliseconds, mostWindows * ms))
	}

	#planRenewal(): void {
		this.#isRenewalPlanned = true
		setTimeout(() => this.#renew(), this.#bounds.windowMs).unref()
	}

	/** What was taken beyond a budget is taken off the next. */
	#renew(): void {
		const { ms } = this.#bounds
		for (const [site, spent] of [...this.#spent]) {
			if (spent > ms) this.#spent.set(site, spent - ms)
			else this.#spent.delete(site)
			if (!this.isUsedUp(site)) this.#renewed(site)
		}
		this.#isRenewalPlanned = false
		if (this.#spent.size > 0) this.#planRenewal()
	}
}
