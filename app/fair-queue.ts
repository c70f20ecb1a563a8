/**
 * What waits, by whose it is: owners take turns, so that one who sends a thousand waits for himself, and not everybody
 * for him. None may have more waiting than there is room left, so that there is room for who comes next: two who send
 * all they can have a third each, nine a tenth.
 */
export class FairQueue<Item> {
	/** In the order of whose turn is next. None is empty. */
	readonly #waiting = new Map<string, Item[]>()
	readonly #total: () => number
	#size = 0

	/** @param total how many may wait in all, at the moment */
	constructor(total: () => number) {
		this.#total = total
	}

	get size(): number {
		return this.#size
	}

	/** @returns whether there was room */
	add(owner: string, item: Item): boolean {
		const items = this.#waiting.get(owner) ?? []
		const room = this.#total() - this.#size
		if (room <= 0 || items.length >= room) return false
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
