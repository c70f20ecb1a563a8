import { describe, expect, it } from "vitest"
import { findDevice, markDevice, withDevice } from "./device.server"

const ada = { id: "11111111-1111-4111-8111-111111111111", epoch: 3 }
const others = [1, 2, 3, 4, 5].map((epoch) => ({ id: `another-${epoch}`, epoch }))

describe("H-51: a browser's mark", () => {
	it("is of one account at one epoch", () => {
		const marks = markDevice(ada)
		expect(findDevice(ada, marks)).toMatch(/^[A-Za-z0-9_-]{22}$/)
		expect(findDevice({ ...ada, epoch: 4 }, marks)).toBeNull()
		expect(findDevice({ ...ada, id: "another" }, marks)).toBeNull()
		expect(findDevice(null, marks)).toBeNull()
	})

	it("stays the same at the next sign-in, so that signing in starts no budget anew", () => {
		const marks = markDevice(ada)
		expect(markDevice(ada, marks)).toBe(marks)
	})

	it("says nothing of the account, and another browser has another", () => {
		expect(markDevice(ada)).not.toContain(ada.id)
		expect(markDevice(ada)).not.toBe(markDevice(ada))
	})

	it("leaves those of a few other accounts, the newest first", () => {
		const household = others.slice(0, 3).reduce((marks, user) => markDevice(user, marks), markDevice(ada))
		expect(findDevice(ada, household)).not.toBeNull()
		for (const user of others.slice(0, 3)) expect(findDevice(user, household)).not.toBeNull()
		const crowd = others.reduce((marks, user) => markDevice(user, marks), markDevice(ada))
		expect(findDevice(ada, crowd)).toBeNull()
		expect(crowd.length).toBeLessThan(300)
	})

	it("goes on with a session at a raised epoch", () => {
		const raised = { ...ada, epoch: 4 }
		const session = withDevice({ token: "x" }, raised, markDevice(ada))
		expect(findDevice(raised, session?.device)).not.toBeNull()
		expect(withDevice(null, raised, markDevice(ada))).toBeNull()
	})

	it.for([
		"",
		"~",
		".",
		"a.b",
		markDevice(ada).slice(0, -1),
		`${markDevice(ada)}x`,
		markDevice(ada).replace(/^./, (first) => (first === "A" ? "B" : "A")),
		`~~~~${markDevice(ada)}`,
		"~".repeat(16_000),
	])("%.20s is none", (marks) => {
		expect(findDevice(ada, marks)).toBeNull()
		expect(findDevice(ada, markDevice(ada, marks))).not.toBeNull()
	})
})
