import { createElement } from "react"
import { renderToString } from "react-dom/server"
import { expect, it, vi } from "vitest"
import { Time } from "./time"

it("says a time in words, and makes the format once", () => {
	const made = vi.spyOn(Intl, "DateTimeFormat")
	try {
		const page = () => renderToString(createElement(Time, { iso: "2026-01-02T03:04:05Z", withClock: true }))
		const [first, second] = [page(), page()]
		expect(second).toBe(first)
		expect(first.replace(/<[^>]*>|<!-- -->/g, "")).toBe("2 January 2026, 03:04 UTC")
		expect(first).toContain('title="2 January 2026, 03:04:05 UTC"')
		expect(made).toHaveBeenCalledTimes(3)
	} finally {
		made.mockRestore()
	}
})
