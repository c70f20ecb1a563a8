import { afterEach, beforeEach, expect, it, vi } from "vitest"
import { type Charge, rateLimited, type SharedCounts } from "./counts"
import { CountsWithFallback } from "./counts-with-fallback.server"

const LATE_MS = 1_000
const right: Charge = ["wrongPasswordPerAccount", "right", "192.0.2.1"]
const another: Charge = ["wrongPasswordPerAccount", "another", "192.0.2.1"]

type Answer = Awaited<ReturnType<SharedCounts["take"]>>
/** What was asked and is not answered yet. */
let waiting: ((answer: Answer) => void)[]
let isThere: boolean
let shared: SharedCounts
let counts: CountsWithFallback

beforeEach(() => {
	vi.useFakeTimers()
	waiting = []
	isThere = true
	shared = {
		place: "redis",
		take: vi.fn(
			(): Promise<Answer> =>
				isThere ? Promise.resolve(null) : new Promise<Answer>((resolve) => waiting.push(resolve)),
		),
		giveBack: vi.fn(async () => {}),
		forget: vi.fn(async () => {}),
		probe: () => (isThere ? Promise.resolve() : new Promise(() => {})),
		reconnect: () => {},
		reasonOf: () => "disconnected",
		close: () => {},
	}
	counts = new CountsWithFallback(shared)
})

afterEach(() => {
	counts.close()
	vi.useRealTimers()
})

async function takeLate(...charges: Charge[]): Promise<void> {
	const taken = counts.take(charges)
	await vi.advanceTimersByTimeAsync(LATE_MS)
	expect(await taken).toBeNull()
}

async function comeBack(): Promise<void> {
	isThere = true
	await vi.advanceTimersByTimeAsync(10_000)
}

it("what was taken there too late to be heeded is given back there, and what was taken here, here", async () => {
	isThere = false
	await takeLate(right)
	await counts.giveBack([right])
	expect(shared.giveBack).not.toHaveBeenCalled()
	for (const answer of waiting) answer(null)
	await comeBack()
	expect(shared.giveBack).toHaveBeenCalledOnce()
	expect(shared.giveBack).toHaveBeenCalledWith([right])
})

it("of what was refused there too late, nothing was taken that could be given back", async () => {
	isThere = false
	await takeLate(right)
	for (const answer of waiting) answer(rateLimited(right[0], 1_000))
	await comeBack()
	expect(shared.giveBack).not.toHaveBeenCalled()
})

it("what was taken there before it went away is given back there once it is back", async () => {
	expect(await counts.take([right])).toBeNull()
	isThere = false
	await takeLate(another)
	await counts.giveBack([right])
	expect(shared.giveBack).not.toHaveBeenCalled()
	await comeBack()
	expect(shared.giveBack).toHaveBeenCalledOnce()
	expect(shared.giveBack).toHaveBeenCalledWith([right])
	expect(await counts.take([right])).toBeNull()
})
