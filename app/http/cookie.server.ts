import { env } from "../env.server"

/** Makes browsers refuse the cookie from a sibling domain or over http (RFC 6265bis, 4.1.3.2). */
const PREFIX = env.https ? "__Host-" : ""

/** As browsers keep it. */
export function wholeCookieName(name: string): string {
	return PREFIX + name
}

/** @param lifetime nothing for a cookie that ends when the browser closes */
export function serializeCookie(
	name: string,
	value: string,
	lifetime: { until?: Date; seconds?: number } = {},
): string {
	const { until, seconds } = lifetime
	const attributes = ["Path=/", "HttpOnly", "SameSite=Lax"]
	if (env.https) attributes.push("Secure")
	if (until) attributes.push(`Expires=${until.toUTCString()}`)
	if (seconds !== undefined) attributes.push(`Max-Age=${seconds}`)
	return [`${wholeCookieName(name)}=${value}`, ...attributes].join("; ")
}

/**
 * Only the exact name counts, nothing is decoded, and of several the first one wins: an encoded, differently cased or
 * broken cookie beside ours neither passes for it nor hides it.
 */
export function readCookie(request: Request, name: string): string | null {
	return findCookie(request.headers.get("Cookie") ?? "", name)
}

/** The same, of the header itself. */
export function findCookie(header: string, name: string): string | null {
	const wholeName = wholeCookieName(name)
	if (!header.includes(wholeName)) return null
	for (const pair of header.split(";")) {
		// Not trim(): to a browser U+00A0 is part of a name, so a sibling domain could set "\u00a0__Host-id" past the
		// prefix.
		const [key, ...value] = trimBlanks(pair).split("=")
		// Without "=" it is a cookie without a name, whose value happens to be ours (RFC 6265bis, 5.7).
		if (key === wholeName && value.length > 0) return value.join("=").replace(/^"(.*)"$/, "$1")
	}
	return null
}

/** By hand: a pattern for both ends tries every blank in the middle as an end, at a quadratic price. */
function trimBlanks(text: string): string {
	const isBlank = (index: number) => text[index] === " " || text[index] === "\t"
	let start = 0
	let end = text.length
	while (start < end && isBlank(start)) start++
	while (end > start && isBlank(end - 1)) end--
	return text.slice(start, end)
}
