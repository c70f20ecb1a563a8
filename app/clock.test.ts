import { afterEach, expect, it, vi } from "vitest"
import { cautiousTime, currentTime } from "./clock.server"

afterEach(() => {
	vi.useRealTimers()
})

it("H-73: what is removed for good is not removed by a clock that was set forward, and nothing lives on by one set back", () => {
	const now = Date.now()
	for (const step of [-1e9, 1e9]) {
		vi.useFakeTimers({ toFake: ["Date"], now: now + step })
		const [current, cautious] = [currentTime().getTime(), cautiousTime().getTime()]
		expect(Math.abs(current - Math.max(now, now + step))).toBeLessThan(5_000)
		expect(Math.abs(cautious - Math.min(now, now + step))).toBeLessThan(5_000)
		vi.useRealTimers()
	}
})
