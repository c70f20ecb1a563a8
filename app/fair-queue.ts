/**
 * What waits, by whose it is: owners take turns, so that one who sends a thousand waits for himself, and not everybody
 * for him. Whoever would have too many before him is refused, and by the same rule: two who send all they can have half
 * of the places each, and one who comes by himself is in, whatever the others sent.
 */
export class FairQueue<Item> {
	/** In the order of whose turn is next. None is empty. */
	readonly #waiting = new Map<string, Item[]>()
	readonly #mostBefore: () => number
	#size = 0

	/** @param mostBefore how many may have their turn before one that waits, at the moment */
	constructor(mostBefore: () => number) {
		this.#mostBefore = mostBefore
	}

	get size(): number {
		return this.#size
	}

	/** Whether an owner's next may wait. */
	mayAdd(owner: string): boolean {
		const most = this.#mostBefore()
		const own = this.#waiting.get(owner)?.length ?? 0
		return this.#size < most || this.#countBefore(owner, own) < most
	}

	/** @returns whether it may wait */
	add(owner: string, item: Item): boolean {
		const items = this.#waiting.get(owner) ?? []
		if (!this.mayAdd(owner)) return false
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

	/** How many have their turn before an owner's next, of which as many of his own. */
	#countBefore(owner: string, own: number): number {
		let before = own
		for (const [other, items] of this.#waiting) if (other !== owner) before += Math.min(items.length, own + 1)
		return before
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
