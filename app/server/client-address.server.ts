import type { IncomingMessage } from "node:http"
import { isIP, isIPv4, isIPv6 } from "node:net"
import { env } from "../env.server"

/**
 * The address that limits count by: what the outermost trusted proxy saw, or the socket's own. Each proxy appends to
 * `X-Forwarded-For`, so only the entries at its right end, one per trusted proxy, are worth anything.
 */
export function clientAddress(request: IncomingMessage): string {
	const header = request.headers["x-forwarded-for"]
	const hops = header && env.trustedProxies > 0 ? String(header).split(",") : []
	const claimed = hops.at(-env.trustedProxies) ?? hops[0]
	const known = claimed === undefined ? null : normalizeAddress(claimed)
	return known ?? normalizeAddress(request.socket.remoteAddress ?? "") ?? "unknown"
}

/**
 * @returns one spelling per client: no port, IPv4 as such even when mapped, IPv6 as its /64; null if it is no address.
 */
export function normalizeAddress(text: string): string | null {
	// Nearly all; as `::ffff:` where the socket takes both kinds.
	const ipv4 = text.startsWith("::ffff:") ? text.slice("::ffff:".length) : text
	if (isIPv4(ipv4)) return ipv4
	const bare = text
		.trim()
		.replace(/^\[(.*)\](?::\d+)?$/, "$1")
		.replace(/^([\d.]+):\d+$/, "$1")
		.replace(/%.*$/, "")
	if (!isIPv6(bare)) return isIP(bare) ? bare : null
	const shortest = new URL(`http://[${bare}]`).hostname.slice(1, -1)
	const mapped = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(shortest)?.slice(1)
	return mapped ? mapped.flatMap(toTwoBytes).join(".") : networkOf(shortest)
}

function toTwoBytes(group: string): [number, number] {
	const value = Number.parseInt(group, 16)
	return [value >> 8, value & 0xff]
}

/** One household or server has a whole /64 (RFC 6177), so that is what counts as one client. */
function networkOf(address: string): string {
	const [head = "", tail] = address.split("::")
	const left = head.split(":").filter(Boolean)
	const right = (tail ?? "").split(":").filter(Boolean)
	const zeros = tail === undefined ? [] : Array<string>(8 - left.length - right.length).fill("0")
	return `${[...left, ...zeros, ...right].slice(0, 4).join(":")}::/64`
}
