/**
 * What waits, by whose it is: owners take turns, so that one who sends a thousand waits for himself, and not everybody
 * for him. Both the whole and each owner's part are bounded.
 */
export class FairQueue<Item> {
	/** In the order of whose turn is next. None is empty. */
	readonly #waiting = new Map<string, Item[]>()
	readonly #bounds: { total: number; perOwner: number }
	#size = 0

	constructor(bounds: { total: number; perOwner: number }) {
		this.#bounds = bounds
	}

	get size(): number {
		return this.#size
	}

	/** @returns whether there was room */
	add(owner: string, item: Item): boolean {
		const items = this.#waiting.get(owner) ?? []
		if (this.#size >= this.#bounds.total || items.length >= this.#bounds.perOwner) return false
		items.push(item)
		this.#waiting.set(owner, items)
		this.#size++
		return true
	}

	/**
	 * Takes the oldest of whose turn it is.
	 *
	 * @param mayHaveTurn passes over the others, who keep their places
	 */
	take(mayHaveTurn = (_owner: string) => true): Item | undefined {
		for (const [owner, items] of this.#waiting) {
			if (!mayHaveTurn(owner)) continue
			const item = items.shift()
			this.#waiting.delete(owner)
			if (items.length > 0) this.#waiting.set(owner, items)
			this.#size--
			return item
		}
		return undefined
	}

	/** @returns whether it still waited */
	remove(owner: string, item: Item): boolean {
		const items = this.#waiting.get(owner) ?? []
		const place = items.indexOf(item)
		if (place < 0) return false
		items.splice(place, 1)
		if (items.length === 0) this.#waiting.delete(owner)
		this.#size--
		return true
	}

	/** Empties it. */
	takeAll(): Item[] {
		const items = [...this.#waiting.values()].flat()
		this.#waiting.clear()
		this.#size = 0
		return items
	}
}
