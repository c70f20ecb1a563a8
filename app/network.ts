/** What one household has: an IPv4 address, an IPv6 /56 (RFC 6177). */
export const HOME = { ipv4: 32, ipv6: 56 }
/** What one customer may have: an IPv4 address, an IPv6 /48 (RFC 6177, 2). */
export const SITE = { ipv4: 32, ipv6: 48 }
/** What one provider's customers share. */
export const NEIGHBOURHOOD = { ipv4: 24, ipv6: 48 }

/** By its usual names: what is sent there crosses no network. */
export function isThisMachine(hostname: string): boolean {
	return ["localhost", "127.0.0.1", "[::1]"].includes(hostname)
}

/**
 * The network that an address belongs to, for what one household or provider must not use up for everybody.
 *
 * @param address as `Caller` has it: IPv4, or an IPv6 /64 such as `2001:db8:0:1::/64`
 * @param bits how many bits of either kind name the network; of IPv6 at most 64
 */
export function networkOf(address: string, bits: { ipv4: number; ipv6: number }): string {
	if (address.includes(":")) {
		const groups = address.split("::", 1)[0]?.split(":") ?? []
		return prefix(
			groups.map((group) => Number.parseInt(group, 16)),
			16,
			bits.ipv6,
		)
	}
	const bytes = address.split(".").map(Number)
	return bytes.length === 4 ? prefix(bytes, 8, bits.ipv4) : address
}

/**
 * The site that a home is of.
 *
 * @param home what `networkOf` gave for `HOME`
 */
export function siteOf(home: string): string {
	const groups = home.split(":")
	return groups.length > 1 ? groups.slice(0, 3).join(":") : home
}

/** The first `bits` of the numbers, each `width` bits wide. */
function prefix(numbers: number[], width: number, bits: number): string {
	const kept = numbers.map((number, index) => {
		const dropped = Math.min(width, Math.max(0, (index + 1) * width - bits))
		return (number >> dropped) << dropped
	})
	return `${kept.join(width === 8 ? "." : ":")}/${bits}`
}
