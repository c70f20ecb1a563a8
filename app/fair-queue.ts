/**
 * What waits, by owner: owners take turns, so that one who sends a thousand keeps nobody else waiting. One with too
 * many ahead is refused, by the same rule: two who send all they can get half of the places each, and one who comes
 * alone is in, whatever the others sent. Owners that may be one and the same are a group: groups take turns, and within
 * each its owners.
 */
export class FairQueue<Item> {
	/** Groups, and in each its owners, in the order of whose turn is next. None is empty. */
	readonly #waiting = new Map<string, Map<string, Item[]>>()
	readonly #mostBefore: () => number
	readonly #groupOf: (owner: string) => string
	#size = 0

	/**
	 * @param mostBefore how many may have their turn before one that waits, at the moment
	 * @param groupOf names an owner's group; without it, each is by itself
	 */
	constructor(mostBefore: () => number, groupOf = (owner: string) => owner) {
		this.#mostBefore = mostBefore
		this.#groupOf = groupOf
	}

	get size(): number {
		return this.#size
	}

	/** Whether an owner's next may wait. */
	mayAdd(owner: string): boolean {
		const most = this.#mostBefore()
		return this.#size < most || this.#countBefore(owner) < most
	}

	/** @returns whether it may wait */
	add(owner: string, item: Item): boolean {
		if (!this.mayAdd(owner)) return false
		const group = this.#groupOf(owner)
		const owners = this.#waiting.get(group) ?? new Map<string, Item[]>()
		const items = owners.get(owner) ?? []
		items.push(item)
		this.#waiting.set(group, owners.set(owner, items))
		this.#size++
		return true
	}

	/**
	 * Takes the oldest of the owner whose turn it is.
	 *
	 * @param mayHaveTurn passes over the others, who keep their places
	 */
	take(mayHaveTurn = (_owner: string) => true): Item | undefined {
		for (const [group, owners] of this.#waiting)
			for (const [owner, items] of owners) {
				if (!mayHaveTurn(owner)) continue
				const item = items.shift()
				putLast(owners, owner, items, items.length)
				putLast(this.#waiting, group, owners, owners.size)
				this.#size--
				return item
			}
		return undefined
	}

	/** How many have their turn before an owner's next one. */
	#countBefore(owner: string): number {
		const group = this.#groupOf(owner)
		const owners = this.#waiting.get(group) ?? new Map<string, Item[]>()
		const own = countBefore(owner, owners.get(owner)?.length ?? 0, owners, ({ length }) => length)
		return countBefore(group, own, this.#waiting, (others) =>
			[...others.values()].reduce((count, { length }) => count + length, 0),
		)
	}

	/** @returns whether it still waited */
	remove(owner: string, item: Item): boolean {
		const group = this.#groupOf(owner)
		const owners = this.#waiting.get(group)
		const items = owners?.get(owner) ?? []
		const place = items.indexOf(item)
		if (place < 0) return false
		items.splice(place, 1)
		if (items.length === 0) owners?.delete(owner)
		if (owners?.size === 0) this.#waiting.delete(group)
		this.#size--
		return true
	}

	/** Empties it. */
	takeAll(): Item[] {
		const items = [...this.#waiting.values()].flatMap((owners) => [...owners.values()].flat())
		this.#waiting.clear()
		this.#size = 0
		return items
	}
}

/** An owner who had a turn is last, if more is waiting. */
function putLast<Value>(turns: Map<string, Value>, who: string, value: Value, left: number): void {
	turns.delete(who)
	if (left > 0) turns.set(who, value)
}

/** As many of one's own as there are, and from each of the others as many and one more. */
function countBefore<Value>(
	who: string,
	own: number,
	turns: Map<string, Value>,
	count: (value: Value) => number,
): number {
	let before = own
	for (const [other, value] of turns) if (other !== who) before += Math.min(count(value), own + 1)
	return before
}
