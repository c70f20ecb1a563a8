/** Which network asked last, and when another did, by the process's own clock. */
export class LatestNetworks {
	#newest = { network: "", at: Number.NEGATIVE_INFINITY }
	#newestOther = this.#newest

	note(network: string): void {
		if (network !== this.#newest.network) {
			this.#newestOther = this.#newest
			this.#newest = { network, at: 0 }
		}
		this.#newest.at = performance.now()
	}

	/** Whether no other network asked for so long. */
	isAlone(network: string, milliseconds: number): boolean {
		const other = network === this.#newest.network ? this.#newestOther : this.#newest
		return performance.now() - other.at > milliseconds
	}
}
