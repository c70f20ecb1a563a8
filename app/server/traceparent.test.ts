import { expect, it } from "vitest"
import { traceIdOf } from "./traceparent.server"

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
const PARENT = "00f067aa0ba902b7"

it.each([`00-${TRACE}-${PARENT}-01`, `00-${TRACE}-${PARENT}-00`, `cc-${TRACE}-${PARENT}-ff`])(
	"%s names its trace",
	(header) => {
		expect(traceIdOf(header)).toBe(TRACE)
	},
)

it.each([
	undefined,
	"",
	`ff-${TRACE}-${PARENT}-01`,
	`00-${"0".repeat(32)}-${PARENT}-01`,
	`00-${TRACE}-${"0".repeat(16)}-01`,
	`00-${TRACE.toUpperCase()}-${PARENT}-01`,
	`00-${TRACE}-${PARENT}-1`,
	`00-${TRACE}-${PARENT}-01-more`,
	`00-${TRACE}-${PARENT}-01\n`,
	`00-${TRACE.slice(1)}g-${PARENT}-01`,
	`00_${TRACE}_${PARENT}_01`,
	`00-${TRACE}-${PARENT}-01, 00-${TRACE}-${PARENT}-01`,
	"0".repeat(10_000),
])("%j names none", (header) => {
	expect(traceIdOf(header)).toBeUndefined()
})
