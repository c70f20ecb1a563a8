import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { describe, expect, it, vi } from "vitest"
import { config } from "../../auth.config"
import { type Charge, charge, forgive, refund } from "./limit.server"

/** More than a limiter remembers. */
const FLOOD = 60_000
const { points } = config.limits.wrongPasswordPerAccount

const wrongTry = (key: string, address = "192.0.2.1"): Charge => ["wrongPasswordPerAccount", key, address]

async function chargeTimes(count: number, key: string, address?: string) {
	const outcomes = await Promise.all(Array.from({ length: count }, () => charge(wrongTry(key, address))))
	return outcomes.filter((outcome) => outcome === null).length
}

/** @returns how many were let through */
async function flood(prefix: string, from: (index: number) => string, size = FLOOD): Promise<number> {
	let count = 0
	for (let index = 0; index < size; index++)
		if (!(await charge(wrongTry(`${prefix}${index}`, from(index))))) count++
	return count
}

describe("counting", () => {
	it("lets through as many as the limit says, also at once", async () => {
		expect(await chargeTimes(100, "at-once")).toBe(points)
		expect(await charge(wrongTry("at-once"))).toMatchObject({
			ok: false,
			code: "rate_limited",
			counts: "tries",
			limit: points,
		})
	})

	it("counts no try that was refused", async () => {
		await chargeTimes(100, "refused")
		await refund(wrongTry("refused"))
		expect(await chargeTimes(2, "refused")).toBe(1)
	})

	it("gives back what the first limit took when the second refuses", async () => {
		await chargeTimes(points, "second")
		const perClient: Charge = ["wrongPasswordPerClient", "198.51.100.1", "198.51.100.1"]
		const { points: most } = config.limits.wrongPasswordPerClient
		for (let index = 0; index < most + 1; index++)
			expect(await charge(perClient, wrongTry("second"))).toMatchObject({ code: "rate_limited" })
		expect(await charge(perClient)).toBeNull()
	})

	it("gives nobody credit: a refund without a charge is nothing", async () => {
		for (let index = 0; index < 5; index++) await refund(wrongTry("no-credit"))
		expect(await chargeTimes(points + 5, "no-credit")).toBe(points)
		await forgive(wrongTry("no-credit"))
		await refund(wrongTry("no-credit"))
		expect(await chargeTimes(points + 5, "no-credit")).toBe(points)
	})

	it("H-50: forgiving one account forgives that one only", async () => {
		await chargeTimes(points, "forgiven")
		await chargeTimes(points, "not-forgiven")
		await forgive(wrongTry("forgiven"))
		expect(await charge(wrongTry("forgiven"))).toBeNull()
		expect(await charge(wrongTry("not-forgiven"))).not.toBeNull()
	})
})

describe("memory", () => {
	it("H-50: is shared: one network fills its part, frees none of its own counts by it, and takes none from others", async () => {
		await chargeTimes(points - 1, "nearly-used-up-by-it")
		await charge(wrongTry("of-another", "203.0.113.1"))
		expect(await flood("one-network-", () => "192.0.2.5")).toBeLessThan(5_001)
		expect(await charge(wrongTry("one-more", "192.0.2.5"))).toMatchObject({ code: "rate_limited" })
		expect(await charge(wrongTry("a-newcomer", "203.0.113.7"))).toBeNull()
		expect(await chargeTimes(points, "nearly-used-up-by-it")).toBe(1)
		expect(await chargeTimes(points, "of-another")).toBe(points - 1)
		// What turned out to be right leaves its place.
		await refund(wrongTry("one-network-0"))
		expect(await charge(wrongTry("one-more", "192.0.2.5"))).toBeNull()
		expect(await charge(wrongTry("a-neighbour", "192.0.2.77"))).toBeNull()
	}, 60_000)

	it("H-50: of a neighbourhood whose share is used up, each household still has some", async () => {
		const from = (index: number) => `2001:db8:5:${(index % 200).toString(16)}00::/64`
		const kept = await flood("neighbours-", from)
		expect(kept).toBeGreaterThanOrEqual(5_000)
		expect(kept).toBeLessThanOrEqual(200 * 50)
		expect(await charge(wrongTry("one-of-them", from(0)))).toMatchObject({ code: "rate_limited" })
		expect(await charge(wrongTry("another-neighbour", "2001:db8:5:ff00::/64"))).toBeNull()
	}, 60_000)

	it("H-50: a network's places are free again once its windows have ended", async () => {
		vi.useFakeTimers({ toFake: ["performance", "Date", "setTimeout", "clearTimeout"] })
		const from = () => "198.18.0.1"
		expect(await flood("ended-", from, 5_100)).toBe(5_000)
		expect(await charge(wrongTry("too-many", "198.18.0.1"))).not.toBeNull()
		vi.advanceTimersByTime(config.limits.wrongPasswordPerAccount.durationSeconds * 1000)
		expect(await charge(wrongTry("too-many", "198.18.0.1"))).toBeNull()
		vi.useRealTimers()
	}, 60_000)

	it("H-50: a step of the system's clock frees no key that is blocked, and blocks none for longer", async () => {
		await chargeTimes(points, "blocked-before", "198.19.0.1")
		await charge(wrongTry("counted-before", "198.19.0.1"))
		const { durationSeconds } = config.limits.wrongPasswordPerAccount
		vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 2 * durationSeconds * 1000 })
		expect(await charge(wrongTry("blocked-before", "198.19.0.1"))).not.toBeNull()
		vi.setSystemTime(Date.now() - 10 * durationSeconds * 1000)
		expect(await charge(wrongTry("blocked-before", "198.19.0.1"))).not.toBeNull()
		await chargeTimes(points, "counted-before", "198.19.0.1")
		const refused = await charge(wrongTry("counted-before", "198.19.0.1"))
		vi.useRealTimers()
		expect(refused).toMatchObject({ code: "rate_limited" })
		expect(refused?.retryAfterSeconds).toBeLessThanOrEqual(durationSeconds)
	})

	it("H-50: is bounded, and a flood of keys frees none that is blocked, however it came to be", async () => {
		await chargeTimes(points + 1, "refused-once", "203.0.113.1")
		await chargeTimes(points, "used-up", "203.0.113.1")
		await chargeTimes(points - 1, "nearly-used-up", "203.0.113.1")
		const before = heapInUse()
		await flood("flood-", (index) => `10.${index % 200}.0.1`)
		const grown = heapInUse() - before
		expect(grown).toBeLessThan(50 * 1024 * 1024)
		expect(await charge(wrongTry("refused-once", "203.0.113.1"))).not.toBeNull()
		expect(await charge(wrongTry("used-up", "203.0.113.1"))).not.toBeNull()
		// What was not blocked made room, and starts again.
		expect(await chargeTimes(points + 1, "nearly-used-up", "203.0.113.1")).toBe(points)
	}, 60_000)

	it("H-50: is full, and its oldest keys are used up: others make room for who is new", async () => {
		for (let index = 0; index < 150; index++)
			await chargeTimes(points, `used-up-${index}`, `198.18.${index}.1`)
		await flood("another-flood-", (index) => `10.${index % 200}.0.1`)
		expect(await charge(wrongTry("who-is-new", "192.0.2.1"))).toBeNull()
		expect(await charge(wrongTry("used-up-0", "198.18.0.1"))).not.toBeNull()
	}, 60_000)
})

/** Without garbage, of which each version of Node keeps a different amount. */
function heapInUse(): number {
	setFlagsFromString("--expose-gc")
	runInNewContext("gc")()
	return process.memoryUsage().heapUsed
}
