import addressparser from "nodemailer/lib/addressparser/index.js"
import { describe, expect, it } from "vitest"
import { parseMailAddress } from "./address.server"

describe("an ordinary address", () => {
	it.for([
		["ada@example.org", "ada@example.org", "ada@example.org"],
		["Ada.Lovelace+tag@Example.ORG", "Ada.Lovelace+tag@example.org", "ada.lovelace+tag@example.org"],
		["o'brien@sub.example.co.uk", "o'brien@sub.example.co.uk", "o'brien@sub.example.co.uk"],
		["ada@bücher.example", "ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example"],
		["ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example"],
		["ada@bu\u0308cher.example", null, null],
		[`${"a".repeat(64)}@example.org`, `${"a".repeat(64)}@example.org`, `${"a".repeat(64)}@example.org`],
	])("%s is sent to %s, and unique as %s", ([text = "", address, key]) => {
		expect(parseMailAddress(text ?? "")).toEqual(address ? { address, key } : null)
	})

	it("keeps dots and tags, as only the mailbox's owner knows what they mean", () => {
		expect(parseMailAddress("a.b@example.org")?.key).not.toBe(parseMailAddress("ab@example.org")?.key)
		expect(parseMailAddress("a+x@example.org")?.key).not.toBe(parseMailAddress("a@example.org")?.key)
	})
})

describe("H-44: what is no single address", () => {
	const refused = [
		"a@x.test,b@y.test",
		"a@x.test;b@y.test",
		"a@x.test b@y.test",
		"a@x.test\r\nBcc: e@y.test",
		"a@x.test\nBcc: e@y.test",
		"a@x.test%0aBcc:e@y.test",
		'"e@e.test x"@kit.test',
		'"a"@kit.test',
		"a@x.test(e@e.test)",
		"(e@e.test)a@x.test",
		"N <a@x.test>",
		"<a@x.test>",
		"g:a@x.test;",
		"a@[127.0.0.1]",
		"a@127.0.0.1",
		"a@localhost",
		"@e.test:a@x.test",
		"a@x.test\0e",
		"a\uff20e@x.test",
		"a@e@x.test",
		"a..b@x.test",
		".a@x.test",
		"a.@x.test",
		"a@-x.test",
		"a@x-.test",
		"a@x..test",
		"a@.x.test",
		"a@x.test.",
		"a@x.test ",
		" a@x.test",
		"a@x.test\t",
		"@x.test",
		"a@",
		"a",
		"",
		"ä@x.test",
		"a@x.test\u200b",
		"a@x\u00ad.test",
		"a@ｘ.test",
		"a@xn--a.test",
		"a@xn--\u00e4.test",
		"a%b@x.test",
		"a!b@x.test",
		"a|b@x.test",
		"a`b@x.test",
		"a\\b@x.test",
		"a@x_y.test",
		"a@x.1",
		"\ud800@x.test",
		"a@\ud800.test",
		`${"a".repeat(65)}@x.test`,
		`a@${"x".repeat(64)}.test`,
		`a@${"x.".repeat(126)}test`,
	]

	it.for(refused)("%j is refused", (text) => {
		expect(parseMailAddress(text)).toBeNull()
	})
})

describe("H-44: whatever is accepted is one recipient", () => {
	/** A small generator of its own (mulberry32), so that every run tries the same strings. */
	function randomFrom(seed: number): (below: number) => number {
		let state = seed
		return (below) => {
			state = (state + 0x6d2b79f5) | 0
			let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
			mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
			return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below)
		}
	}

	const pieces = [
		..."abcXYZ019.-_+@@@'\"<>()[]:;,\\/|`%!#$&*=?^{}~ \t\r\n\0",
		"a@x.test",
		".test",
		"@example.org",
		"%0a",
		"Bcc:",
		"xn--",
		"é",
		"\u200b",
		"\u00ad",
		"\uff20",
		"\uff0e",
		"\u3002",
		"ß",
		"\ud800",
		"\u202e",
		"=?utf-8?Q?=0a?=",
	]

	it("to every mail library, in 20,000 strings from a fixed seed", () => {
		const random = randomFrom(20_261_122)
		const piece = () => pieces[random(pieces.length)] ?? ""
		const word = () =>
			Array.from({ length: 1 + random(4) }, () => (random(3) ? "abc019"[random(6)] : piece())).join("")
		let accepted = 0
		for (let round = 0; round < 20_000; round++) {
			const text = random(2) ? `${word()}@${word()}.test` : Array.from({ length: random(12) }, piece).join("")
			const parsed = parseMailAddress(text)
			if (!parsed) continue
			accepted++
			const { address, key } = parsed
			expect(address.split("@")).toHaveLength(2)
			expect(address.length).toBeLessThanOrEqual(254)
			expect(address).toMatch(/^[\x21-\x7e]+$/)
			expect(address).not.toMatch(/["<>()[\]:;,\\%!|`]/)
			expect(addressparser(address)).toEqual([{ address, name: "" }])
			expect(key).toBe(address.toLowerCase())
			expect(parseMailAddress(address)).toEqual(parsed)
			expect(parseMailAddress(key)).toEqual({ address: key, key })
		}
		expect(accepted).toBeGreaterThan(1_000)
	})
})
