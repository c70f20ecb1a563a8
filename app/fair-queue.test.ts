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

it("H-79: who comes by himself is in, whatever another sent", () => {
	const queue = filled(...Array(30).fill("a"))
	expect(queue.size).toBe(10)
	expect(["b", "b", "b", "b", "b", "b"].map((owner) => queue.add(owner, owner))).toEqual([
		true,
		true,
		true,
		true,
		true,
		false,
	])
	expect([queue.add("a", "a"), queue.add("c", "c")]).toEqual([false, true])
})

it("H-79: those who send all they can come to equal parts, and leave room for others", () => {
	const queue = new FairQueue<string>(() => 100)
	const flooders = ["a", "b", "c", "d"]
	for (let done = 0; done < 300; done++) {
		for (let more = true; more; ) more = flooders.map((owner) => queue.add(owner, owner)).some(Boolean)
		queue.take()
	}
	const counts = takeAllInTurn(queue)
	for (const owner of flooders)
		expect(Math.abs(counts.filter((each) => each === owner).length - 25)).toBeLessThanOrEqual(1)
})

it("H-79: owners of one group have one turn together, and take it in turns", () => {
	const queue = new FairQueue<string>(
		() => 10,
		(owner) => owner.charAt(0),
	)
	for (let index = 0; index < 30; index++) queue.add(`a${index}`, `a${index}`)
	queue.add("a1", "a1 again")
	expect(queue.size).toBe(10)
	expect(["b", "b", "c"].map((owner) => queue.add(owner, owner))).toEqual([true, true, true])
	expect(queue.add("a30", "a30")).toBe(false)
	expect([queue.remove("a3", "a3"), queue.remove("a3", "a3")]).toEqual([true, false])
	expect(takeAllInTurn(queue)).toEqual(["a0", "b", "c", "a1", "b", "a2", "a4", "a5", "a6", "a7", "a8", "a9"])
})

it("H-79: in a group, an owner has its turn after one of each of the others", () => {
	const queue = new FairQueue<string>(
		() => 10,
		() => "one",
	)
	for (let index = 0; index < 10; index++) queue.add("a", `a${index}`)
	expect([queue.add("b", "b"), queue.take(), queue.take(), queue.take((owner) => owner !== "a")]).toEqual([
		true,
		"a0",
		"b",
		undefined,
	])
})

it("is bounded, by as many as may be before one at the moment", () => {
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
