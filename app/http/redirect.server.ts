import { env } from "../env.server"

const MAX_LENGTH = 2048

/** White space, controls and backslashes: browsers drop some of them and turn others into slashes. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const UNSAFE = /[\s\\\u0000-\u001f\u007f-\u009f]/
/** The same, and slashes and dots, hidden behind an encoding in the path; a query may hold what it likes. */
const UNSAFE_ENCODED = /%(?:[01][0-9a-f]|7f|5c|2f|2e|25)/i

/** Signing in leads away from these; coming back to them would be a circle. */
const NOT_A_TARGET = /^\/(?:login|register|logout)(?:[/?#]|$)/i

/**
 * @returns `candidate` if it is a path on this site, else `fallback`, silently. What is returned is relative, so that it
 * cannot lead elsewhere whatever a browser makes of it.
 */
export function redirectTarget(candidate: unknown, fallback: string): string {
	return ownPath(candidate) ?? fallback
}

/** @returns the path (with its query) if it is one on this site. */
export function ownPath(candidate: unknown): string | null {
	if (typeof candidate !== "string" || candidate.length > MAX_LENGTH) return null
	if (!/^\/(?!\/)/.test(candidate) || UNSAFE.test(candidate)) return null
	const url = URL.parse(candidate, env.appUrl)
	if (url?.origin !== env.appUrl || url.pathname.startsWith("//")) return null
	if (UNSAFE_ENCODED.test(url.pathname) || NOT_A_TARGET.test(url.pathname)) return null
	// The router's own data format is no page.
	if (url.pathname.endsWith(".data")) return null
	return url.pathname + url.search + url.hash
}

/** What a page was asked for in its query. */
export function requestedPath(request: Request): string | null {
	return new URL(request.url).searchParams.get("redirect_to")
}
