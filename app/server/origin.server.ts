import type { IncomingMessage } from "node:http"
import { hostname, networkInterfaces } from "node:os"
import { env } from "../env.server"

/**
 * Cross-site request forgery, decided by what browsers say of a request's origin. `Sec-Fetch-Site` first, as it cannot
 * be missing or "null" for our own pages; browsers too old for it (or on plain http) always send `Origin` with a POST.
 * Neither of them means that no browser sent it.
 */
export function isSameOrigin(request: IncomingMessage): boolean {
	const { origin, "sec-fetch-site": site } = request.headers
	if (site !== undefined) return site === "same-origin" || site === "none"
	if (origin === undefined) return true
	return origin === env.appUrl || (!env.production && isThisMachine(origin, request.headers.host))
}

/** In development, pages may be opened under any name of this machine; never under one that merely points to it. */
function isThisMachine(origin: string, host = ""): boolean {
	const url = URL.canParse(origin) ? new URL(origin) : null
	if (url?.protocol !== "http:" || url.origin !== origin || url.host !== host) return false
	const addresses = Object.values(networkInterfaces()).flatMap(
		(list) => list?.map(({ address }) => address) ?? [],
	)
	const names = ["localhost", hostname().toLowerCase(), ...addresses, "127.0.0.1", "::1"]
	return names.includes(url.hostname.replace(/^\[(.*)\]$/, "$1"))
}
