import { env } from "../env.server"

/** Also for what it becomes: three times that, encoded once more, still fits into a header that every proxy takes. */
const MAX_LENGTH = 2048
/**
 * For what goes along with a mailed link: mail programs break longer ones, and it is text that a stranger may have
 * chosen.
 */
const MAX_MAILED_LENGTH = 512

/** White space, controls and backslashes: browsers drop some of them and turn others into slashes. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const UNSAFE = /[\s\\\u0000-\u001f\u007f-\u009f]/
/** The same, and slashes and dots, hidden behind an encoding in the path; a query may hold what it likes. */
const UNSAFE_ENCODED = /%(?:[01][0-9a-f]|7f|5c|2f|2e|25)/i
/**
 * Ways to somewhere else, links that mails hold, and what is no page: coming back to one of them is a circle or a dead
 * end.
 */
const WAY_STATION =
	/^\/(?:login|register|logout|verify|forgot-password|reset-password|account\/email\/(?:confirm|cancel)|healthz|readyz|__manifest)(?:\/|$)|\.data$/i

/**
 * Decides where `redirect_to` may lead.
 *
 * @returns the path (with its query) if it is one on this site, else null. It is relative, so that it cannot lead
 *   elsewhere whatever a browser makes of it.
 */
export function ownPath(candidate: unknown): string | null {
	if (typeof candidate !== "string" || candidate.length > MAX_LENGTH) return null
	if (!/^\/(?!\/)/.test(candidate) || UNSAFE.test(candidate)) return null
	const url = URL.parse(candidate, env.appUrl)
	if (url?.origin !== env.appUrl || url.pathname.includes("//")) return null
	if (UNSAFE_ENCODED.test(url.pathname) || isWayStation(url.pathname)) return null
	// Asks for a route's data, which no page is.
	if (url.searchParams.has("_data")) return null
	const path = url.pathname + url.search + url.hash
	return path.length <= MAX_LENGTH ? path : null
}

/** What a mailed link may take along of it. */
export function mailedPath(path: string | null): string | null {
	return path !== null && path.length <= MAX_MAILED_LENGTH ? path : null
}

/** What a page was asked for in its query, if it may lead there. */
export function requestedPath(request: Request): string | null {
	return ownPath(new URL(request.url).searchParams.get("redirect_to"))
}

function isWayStation(path: string): boolean {
	try {
		return WAY_STATION.test(decodeURIComponent(path))
	} catch {
		return true
	}
}
