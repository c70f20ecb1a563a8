import { expect, it } from "vitest"
import { FairQueue } from "./fair-queue"

function filled(...owners: string[]) {
	const queue = new FairQueue<string>({ total: 10, perOwner: 4 })
	for (const [index, owner] of owners.entries()) queue.add(owner, `${owner}${index}`)
	return queue
}

function takeAllInTurn(queue: FairQueue<string>): string[] {
	const taken: string[] = []
	for (let item = queue.take(); item; item = queue.take()) taken.push(item)
	return taken
}

it("H-79: owners take turns, each in its own order", () => {
	expect(takeAllInTurn(filled("a", "a", "a", "b", "a", "c", "b"))).toEqual([
		"a0",
		"b3",
		"c5",
		"a1",
		"b6",
		"a2",
		"a4",
	])
})

it("H-79: an owner who has used up his part leaves room for others", () => {
	const queue = filled("a", "a", "a", "a")
	expect(queue.add("a", "a4")).toBe(false)
	expect(queue.add("b", "b0")).toBe(true)
	expect(queue.size).toBe(5)
})

it("is bounded as a whole", () => {
	const queue = filled(..."abcdefghij")
	expect(queue.add("k", "k0")).toBe(false)
	queue.take()
	expect(queue.add("k", "k0")).toBe(true)
})

it("gives up a place, once", () => {
	const queue = filled("a", "a", "b")
	expect([queue.remove("a", "a0"), queue.remove("a", "a0"), queue.remove("c", "a1")]).toEqual([
		true,
		false,
		false,
	])
	expect(takeAllInTurn(queue)).toEqual(["a1", "b2"])
	expect(queue.size).toBe(0)
	expect(filled("a", "b").takeAll()).toEqual(["a0", "b1"])
})
