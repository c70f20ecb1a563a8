import { expect, it } from "vitest"
import { config } from "../../auth.config"
import { usernameFault, usernameKey } from "./username"

it("takes letters, digits, and dots, dashes and underscores between them", () => {
	for (const name of ["ada", "Ada.Lovelace", "a-b_c.d", "123", "x".repeat(32)])
		expect([name, usernameFault(name)]).toEqual([name, null])
})

it("refuses names that are too short or too long", () => {
	for (const name of ["", "ab", "x".repeat(33)])
		expect(usernameFault(name)).toEqual({ code: "username_length", ...config.username })
})

it("H-43: refuses whatever could look like another name, or like a mail address", () => {
	const names = [
		"аdmin", // Cyrillic
		"ＡＤＭＩＮ",
		"adm\u0131n",
		"stra\u00dfe",
		"ad\u200bmin",
		"ad\u00admin",
		"\u202enimda",
		"ada\u0301",
		"ada\ud800",
		"ada\u0000",
		"ad a",
		"ada\n",
		"ada@example",
		".ada",
		"ada.",
		"-ada",
		"ada_",
	]
	for (const name of names) expect([name, usernameFault(name)]).not.toEqual([name, null])
})

it("H-43: names that differ in letter case only are one", () => {
	expect(usernameKey("Ada.Lovelace")).toBe(usernameKey("aDA.lOVELACE"))
	expect(usernameKey("ADMIN")).toBe("admin")
})
