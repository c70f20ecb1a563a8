import { afterEach, expect, it, vi } from "vitest"
import { TimeBudget } from "./time-budget.server"

afterEach(() => void vi.useRealTimers())

it("is renewed once in each window, also where its renewal takes of it", () => {
	vi.useFakeTimers()
	let renewals = 0
	const budget = new TimeBudget({ ms: 5, windowMs: 20, mostWindows: 20 }, (site) => {
		renewals++
		budget.charge(site, 1)
	})
	budget.charge("site", 1)
	vi.advanceTimersByTime(200)
	expect(renewals).toBe(10)
})
