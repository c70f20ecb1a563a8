import { expect, it } from "vitest"
import { FairQueue } from "./fair-queue"

function filled(...owners: string[]) {
	const queue = new FairQueue<string>(() => 10)
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

it("H-79: nobody has more waiting than there is room left", () => {
	const queue = filled("a", "a", "a", "a", "a")
	expect(queue.add("a", "a5")).toBe(false)
	expect([queue.add("b", "b0"), queue.add("b", "b1"), queue.add("b", "b2"), queue.add("b", "b3")]).toEqual([
		true,
		true,
		true,
		false,
	])
	expect([queue.add("c", "c0"), queue.add("d", "d0"), queue.size]).toEqual([true, true, 10])
})

it("H-79: those who send all they can come to equal parts, and leave one for others", () => {
	const queue = new FairQueue<string>(() => 100)
	const flooders = ["a", "b", "c", "d"]
	const flood = () => {
		for (let more = true; more; ) more = flooders.map((owner) => queue.add(owner, owner)).some(Boolean)
	}
	for (let done = 0; done < 200; done++) {
		flood()
		queue.take()
	}
	flood()
	const counts = takeAllInTurn(queue)
	for (const owner of flooders)
		expect(Math.abs(counts.filter((each) => each === owner).length - 20)).toBeLessThanOrEqual(1)
})

it("is bounded as a whole, by as many as there may be at the moment", () => {
	let total = 10
	const queue = new FairQueue<string>(() => total)
	for (const owner of "abcdefghij") queue.add(owner, owner)
	expect(queue.add("k", "k0")).toBe(false)
	queue.take()
	expect(queue.add("k", "k0")).toBe(true)
	total = 12
	expect([queue.add("l", "l0"), queue.add("m", "m0"), queue.add("n", "n0")]).toEqual([true, true, false])
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
