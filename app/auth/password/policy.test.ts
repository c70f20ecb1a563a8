import { describe, expect, it } from "vitest"
import {
	hashPassword,
	isReadablePassword,
	passwordFault,
	personalPasswordFault,
	verifyPassword,
} from "./policy.server"

describe("what a password may be", () => {
	it("counts code points after normalisation, not what they are made of", () => {
		expect(passwordFault("🦊".repeat(8))).toBeNull()
		expect(passwordFault("🦊".repeat(7))).toMatch(/at least 8/)
		expect(passwordFault("e\u0301".repeat(7))).toMatch(/at least 8/)
		expect(passwordFault("e\u0301".repeat(8))).toBeNull()
		expect(passwordFault("x".repeat(256))).toBeNull()
		expect(passwordFault("x".repeat(257))).toMatch(/at most 256/)
		expect(passwordFault("🦊".repeat(256))).toBeNull()
	})

	it("H-52: is at most 1024 bytes, and longer texts are refused before they cost anything", () => {
		expect(isReadablePassword("x".repeat(1024))).toBe(true)
		expect(isReadablePassword("x".repeat(1025))).toBe(false)
		const started = performance.now()
		expect(passwordFault(`a${"\u0301".repeat(5_000_000)}`)).toMatch(/at most/)
		expect(performance.now() - started).toBeLessThan(2_000)
	})

	it("H-43: must be well-formed text; a NUL inside is a character like others", () => {
		for (const password of ["eight ch\ud800", "\udc00 eight chars", "eight ch\ufffd"])
			expect(passwordFault(password)).not.toBeNull()
		expect(passwordFault("eight\0characters")).toBeNull()
	})

	it("is none of the most common ones, in any letter case", () => {
		for (const password of ["password", "12345678", "QWERTYUIOP", "PassWord", "iloveyou"])
			expect([password, passwordFault(password)]).toEqual([password, expect.stringMatching(/most common/)])
		expect(passwordFault("correct horse battery")).toBeNull()
	})

	it("needs no digits, capitals or signs, and may have spaces around it", () => {
		expect(passwordFault("plain words here")).toBeNull()
		expect(passwordFault("  spaces  ")).toBeNull()
	})
})

describe("what a stranger knows of the owner", () => {
	const owner = { username: "Lovelace", email: "ada.byron@example.org" }

	it.for(["lovelace", "xxLOVELACExx", "my-ada.byron-1", "ADA.BYRON99"])("refuses %s", (password) => {
		expect(personalPasswordFault(password, owner)).toMatch(/does not contain/)
	})

	it("lets everything else pass, the mail's domain included", () => {
		for (const password of ["love lace", "ada byron", "example.org", "analytical engine"])
			expect(personalPasswordFault(password, owner)).toBeNull()
	})

	it("does not hold one or two letters against anybody", () => {
		expect(personalPasswordFault("a better one", { username: "al", email: "a@example.org" })).toBeNull()
	})
})

describe("checking a password", () => {
	it("knows the right one, in either normal form, and no other", async () => {
		const hash = await hashPassword("caf\u00e9 au lait")
		expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
		expect(await verifyPassword(String(hash), "cafe\u0301 au lait")).toBe(true)
		expect(await verifyPassword(String(hash), "cafe au lait")).toBe(false)
		expect(await verifyPassword(String(hash), "caf\u00e9 au lait ")).toBe(false)
	})

	it("H-43: `a\\0b` is not `a`", async () => {
		const hash = String(await hashPassword("eightlong\0tail"))
		expect(await verifyPassword(hash, "eightlong")).toBe(false)
		expect(await verifyPassword(hash, "eightlong\0tail")).toBe(true)
	})

	it("H-36: no account and a broken hash are `no`, never an error", async () => {
		for (const hash of [null, "", "not a hash", "$argon2id$v=19$m=1$broken"])
			expect([hash, await verifyPassword(hash, "anything at all")]).toEqual([hash, false])
	})

	it("gives the same password another hash each time", async () => {
		expect(await hashPassword("correct horse")).not.toBe(await hashPassword("correct horse"))
	})
})
