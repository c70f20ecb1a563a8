import { describe, expect, it, vi } from "vitest"
import { config } from "../../auth.config"
import { refusal } from "../refusal"
import { CountsInMemory } from "./counts-in-memory.server"
import { type Charge, charge, charging } from "./limit.server"

const { points } = config.limits.wrongPasswordPerAccount

type Refused = ReturnType<typeof refusal<"credentials_invalid">>

const chargeOf = (key: string): Charge => ["wrongPasswordPerAccount", key, "192.0.2.1"]
const succeed = async () => ({ ok: true as const, value: 7 })

/** How many tries a key has left; uses them up. */
async function left(key: string): Promise<number> {
	let count = 0
	while (count < points + 1 && (await charge(chargeOf(key))) === null) count++
	return count
}

describe("charging", () => {
	it("gives what the work gives, and keeps the charge when that succeeds", async () => {
		expect(await charging([chargeOf("success")], succeed)).toEqual({ ok: true, value: 7 })
		expect(await left("success")).toBe(points - 1)
	})

	it("gives the charge back when the work is refused", async () => {
		const refused = refusal("overloaded", { retryAfterSeconds: 2 })
		expect(await charging([chargeOf("refused")], async () => refused)).toBe(refused)
		expect(await left("refused")).toBe(points)
	})

	it("gives the charge back when the work throws, and throws on", async () => {
		const failing = charging([chargeOf("thrown")], () => Promise.reject(new Error("hung up")))
		await expect(failing).rejects.toThrow("hung up")
		expect(await left("thrown")).toBe(points)
	})

	it("gives every one of several charges back", async () => {
		const charges = [chargeOf("one"), chargeOf("two")]
		await charging(charges, async () => refusal("credentials_invalid"))
		expect([await left("one"), await left("two")]).toEqual([points, points])
	})

	it("does not begin the work when any limit is used up, and charges none of them for it", async () => {
		await left("used-up")
		const work = vi.fn(succeed)
		const refused = await charging([chargeOf("not-charged"), chargeOf("used-up")], work)
		expect(refused).toMatchObject({ ok: false, code: "rate_limited", limit: points })
		expect(work).not.toHaveBeenCalled()
		expect(await left("not-charged")).toBe(points)
	})

	it("counts before the work is done: of many at once, no more begin than the limit says", async () => {
		const work = vi.fn(() => new Promise<{ ok: true }>((resolve) => setTimeout(resolve, 20, { ok: true })))
		await Promise.all(Array.from({ length: 50 }, () => charging([chargeOf("at-once")], work)))
		expect(work).toHaveBeenCalledTimes(points)
	})

	it("waits for tries that are not decided yet, and begins in the place of those that cost nothing", async () => {
		const undone = () =>
			new Promise<Refused>((resolve) => setTimeout(resolve, 20, refusal("credentials_invalid")))
		const work = vi.fn(undone)
		const first = Array.from({ length: points }, () => charging([chargeOf("undecided")], work))
		const outcomes = await Promise.all([...first, charging([chargeOf("undecided")], succeed)])
		expect(work).toHaveBeenCalledTimes(points)
		expect(outcomes.at(-1)).toEqual({ ok: true, value: 7 })
	})

	it("H-79: of those that wait, one looks again for each that is decided, and each has its place in the end", async () => {
		const take = vi.spyOn(CountsInMemory.prototype, "take")
		const undone = () =>
			new Promise<Refused>((resolve) => setTimeout(resolve, 5, refusal("credentials_invalid")))
		const many = 20 * points
		const outcomes = await Promise.all(
			Array.from({ length: many }, () => charging([chargeOf("in-line")], undone)),
		)
		expect(new Set(outcomes.map((outcome) => !outcome.ok && outcome.code))).toEqual(
			new Set(["credentials_invalid"]),
		)
		expect(take.mock.calls.length).toBeLessThan(4 * many)
		take.mockRestore()
	})

	it("those that wait are refused at once when the last that was open has used the limit up", async () => {
		const work = () => new Promise<{ ok: true }>((resolve) => setTimeout(resolve, 50, { ok: true }))
		const started = performance.now()
		const outcomes = await Promise.all(
			Array.from({ length: 3 * points }, () => charging([chargeOf("all-wrong")], work)),
		)
		expect(outcomes.filter(({ ok }) => ok)).toHaveLength(points)
		expect(performance.now() - started).toBeLessThan(1_000)
	})

	it("does not wait for tries that another limit than the one that is used up counts", async () => {
		await left("for-good")
		let end = () => {}
		const underWay = () => new Promise<{ ok: true }>((resolve) => (end = () => resolve({ ok: true })))
		const work = vi.fn(underWay)
		const client: Charge = ["wrongPasswordPerClient", "192.0.2.9", "192.0.2.9"]
		const first = charging([client], work)
		await vi.waitFor(() => expect(work).toHaveBeenCalled())
		const refused = await charging([client, chargeOf("for-good")], succeed)
		expect(refused).toMatchObject({ code: "rate_limited" })
		expect("retryAfterSeconds" in refused && refused.retryAfterSeconds).toBeGreaterThan(2)
		end()
		await first
	})

	it("with nothing to charge just works", async () => {
		expect(await charging([], succeed)).toEqual({ ok: true, value: 7 })
	})
})
