import { expect, it } from "vitest"
import { HOME, networkOf, siteOf } from "./network"

it("cuts IPv4 addresses to their network", () => {
	expect(networkOf("203.0.113.77", { ipv4: 32, ipv6: 56 })).toBe("203.0.113.77/32")
	expect(networkOf("203.0.113.77", { ipv4: 24, ipv6: 48 })).toBe("203.0.113.0/24")
	expect(networkOf("203.0.113.77", { ipv4: 20, ipv6: 48 })).toBe("203.0.112.0/20")
})

it("H-79: all /64 of one home's /56 are one network, those of the next home another", () => {
	const home = { ipv4: 32, ipv6: 56 }
	const network = networkOf("2001:db8:0:a700::/64", home)
	expect(networkOf("2001:db8:0:a7ff::/64", home)).toBe(network)
	expect(networkOf("2001:db8:0:a800::/64", home)).not.toBe(network)
	expect(networkOf("2001:db8:1:a700::/64", home)).not.toBe(network)
})

it("H-79: all /56 of one /48 are one site, and so is an IPv4 address", () => {
	const siteOfAddress = (address: string) => siteOf(networkOf(address, HOME))
	expect(siteOfAddress("2001:db8:1:ff00::/64")).toBe(siteOfAddress("2001:db8:1:0::/64"))
	expect(siteOfAddress("2001:db8:2:ff00::/64")).not.toBe(siteOfAddress("2001:db8:1:ff00::/64"))
	expect(siteOfAddress("203.0.113.7")).not.toBe(siteOfAddress("203.0.113.8"))
	expect(siteOf("unknown")).toBe("unknown")
})

it("takes what is no address as it is", () => {
	expect(networkOf("unknown", { ipv4: 24, ipv6: 48 })).toBe("unknown")
})
