import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { config } from "../../auth.config"
import { BoundedLimiter } from "./bounded-limiter.server"

const NAME = "registrationPerClient"
const shipped = config.limits[NAME]

beforeEach(() => {
	vi.useFakeTimers()
	config.limits[NAME] = { points: 3, durationSeconds: 60, blockSeconds: 600 }
})

afterEach(() => {
	vi.useRealTimers()
	config.limits[NAME] = shipped
})

const consumeTimes = async (limiter: BoundedLimiter, count: number) => {
	for (let index = 0; index < count; index++) expect(await limiter.consume("key", "192.0.2.0/24")).toBeNull()
}

describe("L1: a limit with blockSeconds", () => {
	it("L1: refuses who went over for that long, however often it is tried meanwhile, and then starts anew", async () => {
		const limiter = new BoundedLimiter(NAME)
		await consumeTimes(limiter, 3)
		expect(await limiter.consume("key", "192.0.2.0/24")).toMatchObject({
			code: "rate_limited",
			retryAfterSeconds: 600,
		})
		await vi.advanceTimersByTimeAsync(100_000)
		for (let index = 0; index < 5; index++)
			expect(await limiter.consume("key", "192.0.2.0/24")).toMatchObject({ retryAfterSeconds: 500 })
		await vi.advanceTimersByTimeAsync(499_000)
		expect(await limiter.consume("key", "192.0.2.0/24")).toMatchObject({ retryAfterSeconds: 1 })
		await vi.advanceTimersByTimeAsync(1_001)
		await consumeTimes(limiter, 3)
		expect(await limiter.consume("key", "192.0.2.0/24")).toMatchObject({ retryAfterSeconds: 600 })
	})

	it("L1: does not refuse who stays within it", async () => {
		const limiter = new BoundedLimiter(NAME)
		await consumeTimes(limiter, 3)
		await vi.advanceTimersByTimeAsync(60_001)
		await consumeTimes(limiter, 3)
	})

	it("L1: of many at once over it, each is told the block", async () => {
		const limiter = new BoundedLimiter(NAME)
		const all = await Promise.all(Array.from({ length: 10 }, () => limiter.consume("key", "192.0.2.0/24")))
		expect(all.filter((refused) => refused === null)).toHaveLength(3)
		expect(all.filter((refused) => refused?.retryAfterSeconds === 600)).toHaveLength(7)
	})

	it("L1: a block whose tries cost nothing after all ends, and leaves no more than their room", async () => {
		const limiter = new BoundedLimiter(NAME)
		await consumeTimes(limiter, 3)
		expect(await limiter.consume("key", "192.0.2.0/24")).not.toBeNull()
		await limiter.refund("key")
		await consumeTimes(limiter, 1)
		expect(await limiter.consume("key", "192.0.2.0/24")).toMatchObject({ retryAfterSeconds: 600 })
		await limiter.forget("key")
		await consumeTimes(limiter, 3)
	})
})

describe("L1: a limit without blockSeconds", () => {
	it("L1: refuses until its window ends", async () => {
		config.limits[NAME] = { points: 3, durationSeconds: 60 }
		const limiter = new BoundedLimiter(NAME)
		await consumeTimes(limiter, 3)
		await vi.advanceTimersByTimeAsync(20_000)
		for (let index = 0; index < 5; index++)
			expect(await limiter.consume("key", "192.0.2.0/24")).toMatchObject({ retryAfterSeconds: 40 })
		await vi.advanceTimersByTimeAsync(40_001)
		await consumeTimes(limiter, 3)
	})
})
