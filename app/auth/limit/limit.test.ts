import { describe, expect, it } from "vitest"
import { config } from "../../auth.config"
import { type Charge, charge, forgive, refund } from "./limit.server"

/** More than a limiter remembers. */
const FLOOD = 60_000
const { points } = config.limits.wrongPasswordPerAccount

const wrongTry = (key: string): Charge => ["wrongPasswordPerAccount", key]

async function chargeTimes(count: number, key: string) {
	const outcomes = await Promise.all(Array.from({ length: count }, () => charge(wrongTry(key))))
	return outcomes.filter((outcome) => outcome === null).length
}

async function flood(prefix: string) {
	for (let index = 0; index < FLOOD; index++) await charge(wrongTry(`${prefix}${index}`))
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
		const perClient: Charge = ["wrongPasswordPerClient", "198.51.100.1"]
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
	it("H-50: is bounded, and a flood of keys frees none that is blocked, however it came to be", async () => {
		await chargeTimes(points + 1, "refused-once")
		await chargeTimes(points, "used-up")
		await chargeTimes(points - 1, "nearly-used-up")
		const before = process.memoryUsage().heapUsed
		await flood("flood-")
		const grown = process.memoryUsage().heapUsed - before
		expect(grown).toBeLessThan(50 * 1024 * 1024)
		expect(await charge(wrongTry("refused-once"))).not.toBeNull()
		expect(await charge(wrongTry("used-up"))).not.toBeNull()
		// What was not blocked made room, and starts again.
		expect(await chargeTimes(points + 1, "nearly-used-up")).toBe(points)
	}, 60_000)
})
