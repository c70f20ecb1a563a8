import { afterEach, beforeEach, expect, it, vi } from "vitest"
import { findRendered, isWrittenAs, keepRendered } from "./page-cache.server"

const first = { nonce: "bm9u+2Ugb2YgdGhlIGZpc/N0==", requestId: "5f0c7a52-6a9e-4f5b-9a38-2f6f3a3c1a01" }
const second = { nonce: "bm9u+Y2Ugb2YgdGhlIHN/Y29==", requestId: "0b9d0f1e-8f57-4f4e-8a53-3b8c5f1f7c02" }
const html = ({ nonce, requestId }: typeof first) =>
	`<style nonce="${nonce}">a{}</style><p>Hello</p><script nonce="${nonce}"></script><!-- ${requestId} -->`

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }))
afterEach(() => void vi.useRealTimers())

it("a page is given again for the same data, with the nonce and id of who asks", () => {
	keepRendered("/a", { root: { notice: null }, a: { fields: ["x"] } }, html(first), first)
	expect(findRendered("/a", { root: { notice: null }, a: { fields: ["x"] } }, second)?.toString()).toBe(
		html(second),
	)
})

it("for other data, or on another path, it is not", () => {
	keepRendered("/b", { b: { name: null, fields: [] } }, html(first), first)
	for (const data of [
		{ b: { name: "ann", fields: [] } },
		{ b: { fields: [] } },
		{ b: { name: null, fields: {} } },
		null,
	])
		expect(findRendered("/b", data, second)).toBeNull()
	expect(findRendered("/c", { b: { name: null, fields: [] } }, second)).toBeNull()
})

it("nor a minute later", () => {
	keepRendered("/d", {}, html(first), first)
	vi.advanceTimersByTime(59_000)
	expect(findRendered("/d", {}, second)).not.toBeNull()
	vi.advanceTimersByTime(2_000)
	expect(findRendered("/d", {}, second)).toBeNull()
})

it("data that cannot be compared is never taken for the same", () => {
	for (const [path, data] of Object.entries({
		"/promise": { late: Promise.resolve("Ann's") },
		"/function": { run: () => "Ann's" },
		"/date": { since: new Date() },
		"/deep": { list: [{ map: new Map([["name", "Ann"]]) }] },
	})) {
		keepRendered(path, data, html(first), first)
		expect([path, findRendered(path, data, second)]).toEqual([path, null])
	}
})

it("H-99: a path is kept in one spelling only, and none with a parameter", () => {
	// As Remix has it, whose root has a path of no length.
	const matches = [{ route: { path: "" } }, { route: { path: "forgot-password" } }]
	expect(isWrittenAs("/forgot-password", matches)).toBe(true)
	for (const path of [
		"/FORGOT-password",
		"/forgot%2dpassword",
		"/forgot-passwor%64",
		"/forgot-password/",
		"//forgot-password",
	])
		expect(isWrittenAs(path, matches)).toBe(false)
	expect(isWrittenAs("/users/7", [{ route: {} }, { route: { path: "users/:id" } }])).toBe(false)
	expect(isWrittenAs("/", [{ route: {} }, { route: {} }])).toBe(true)
})
