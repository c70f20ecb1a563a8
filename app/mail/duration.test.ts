import { expect, it } from "vitest"
import { duration } from "./duration"

it.each([
	[60, "a minute"],
	[119, "a minute"],
	[60 * 60, "an hour"],
	[90 * 60, "90 minutes"],
	[24 * 60 * 60, "24 hours"],
	[7 * 24 * 60 * 60, "7 days"],
])("%i seconds are %s", (seconds, words) => {
	expect(duration(seconds)).toBe(words)
})
