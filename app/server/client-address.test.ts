import { expect, it } from "vitest"
import { normalizeAddress } from "./client-address.server"

it("H-49: an IPv4 address has one spelling, mapped or with a port", () => {
	for (const text of [
		"1.2.3.4",
		" 1.2.3.4 ",
		"1.2.3.4:8080",
		"::ffff:1.2.3.4",
		"::FFFF:1.2.3.4",
		"[::ffff:1.2.3.4]:443",
	])
		expect([text, normalizeAddress(text)]).toEqual([text, "1.2.3.4"])
})

it("H-49: an IPv4 address mapped in hexadecimal is that address, too", () => {
	expect(normalizeAddress("::ffff:102:304")).toBe("1.2.3.4")
	expect(normalizeAddress("0:0:0:0:0:ffff:0102:0304")).toBe("1.2.3.4")
	expect(normalizeAddress("0:0:0:0:0:ffff:1.2.3.4")).toBe("1.2.3.4")
})

it("H-49: an IPv6 address counts by its /64", () => {
	const one = normalizeAddress("2001:db8:1:2:3:4:5:6")
	expect(one).toBe("2001:db8:1:2::/64")
	for (const text of [
		"2001:DB8:1:2::1",
		"2001:0db8:0001:0002:ffff::",
		"[2001:db8:1:2::9]:443",
		"2001:db8:1:2::1%eth0",
	])
		expect([text, normalizeAddress(text)]).toEqual([text, one])
	expect(normalizeAddress("2001:db8:1:3::1")).not.toBe(one)
	expect(normalizeAddress("2001:db8::1")).toBe("2001:db8:0:0::/64")
	expect(normalizeAddress("::1")).toBe("0:0:0:0::/64")
})

it("H-48: what is no address is none", () => {
	const texts = [
		"",
		" ",
		"unknown",
		"_hidden",
		"1.2.3",
		"1.2.3.4.5",
		"256.1.1.1",
		"localhost",
		"[1.2.3.4",
		"::g",
		"1.2.3.4, 5.6.7.8",
	]
	for (const text of texts) expect([text, normalizeAddress(text)]).toEqual([text, null])
})
