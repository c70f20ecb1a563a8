import { beforeAll, describe, expect, it } from "vitest"
import { config } from "../../auth.config"
import { isReadablePassword, passwordFault, personalPasswordFault } from "./policy.server"

beforeAll(() => {
	Object.assign(config.password, {
		minCodePoints: 8,
		maxCodePoints: 256,
		refuseMostCommon: 10_000,
		minGuesses: 1_000_000,
	})
})

describe("what a password may be", () => {
	it("counts code points after normalisation, not what they are made of", () => {
		expect(passwordFault("🦊🐢🌵🎈🍋🚲🎻🧊")).toBeNull()
		expect(passwordFault("🦊🐢🌵🎈🍋🚲🎻")).toEqual({ code: "password_too_short", minCodePoints: 8 })
		expect(passwordFault("e\u0301a\u0300o\u0302e\u0308u\u0308i\u0302e\u0300")).toEqual({
			code: "password_too_short",
			minCodePoints: 8,
		})
		expect(passwordFault("e\u0301a\u0300o\u0302e\u0308u\u0308i\u0302e\u0300u\u0302")).toBeNull()
		expect(passwordFault("river lamp orange ".repeat(15).slice(0, 256))).toBeNull()
		expect(passwordFault("river lamp orange ".repeat(15).slice(0, 257))).toEqual({
			code: "password_too_long",
			maxCodePoints: 256,
		})
		expect(passwordFault("🦊🐢🌵🎈🍋🚲🎻🧊".repeat(32))).toBeNull()
	})

	it("H-52: is at most 1024 bytes, and longer texts are refused before they cost anything", () => {
		expect(isReadablePassword("x".repeat(1024))).toBe(true)
		expect(isReadablePassword("x".repeat(1025))).toBe(false)
		const started = performance.now()
		expect(passwordFault(`a${"\u0301".repeat(5_000_000)}`)).toMatchObject({ code: "password_too_long" })
		expect(performance.now() - started).toBeLessThan(2_000)
	})

	it("H-43: must be well-formed text; a NUL inside is a character like others", () => {
		for (const password of ["eight ch\ud800", "\udc00 eight chars", "eight ch\ufffd"])
			expect(passwordFault(password)).not.toBeNull()
		expect(passwordFault("eight\0characters")).toBeNull()
	})

	it("is none of the most common ones, in any letter case", () => {
		for (const password of ["password", "12345678", "QWERTYUIOP", "PassWord", "iloveyou"])
			expect([password, passwordFault(password)]).toEqual([password, { code: "password_common" }])
		expect(passwordFault("correct horse battery")).toBeNull()
	})

	it.for([
		["asdasdasdasdasdasd", "password_repeat"],
		["abcdefghijklmnopqrst", "password_sequence"],
		["=-0987654321`", "password_keyboard"],
		["letmein1234567890", "password_common_word"],
		["1990-01-01", "password_date"],
		[`${config.appName} 2024`, "password_service_name"],
	] as const)("%s is refused for what it is", ([password, code]) => {
		expect(passwordFault(password)).toEqual({ code })
	})

	it("needs no digits, capitals or signs, and may have spaces around it", () => {
		expect(passwordFault("plain words here")).toBeNull()
		expect(passwordFault("  spaces  ")).toBeNull()
	})
})

describe("what a stranger knows of the owner", () => {
	const owner = { username: "Lovelace", email: "ada.byron@example.org" }

	it.for(["lovelace", "xxLOVELACExx", "my-ada.byron-1", "ADA.BYRON99"])("refuses %s", (password) => {
		expect(personalPasswordFault(password, owner)?.code).toMatch(/password_contains_/)
	})

	it("lets everything else pass, the mail's domain included", () => {
		for (const password of ["love lace", "ada byron", "example.org", "analytical engine"])
			expect(personalPasswordFault(password, owner)).toBeNull()
	})

	it("does not hold one or two letters against anybody", () => {
		expect(personalPasswordFault("a better one", { username: "al", email: "a@example.org" })).toBeNull()
	})
})
