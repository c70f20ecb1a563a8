const MANIFEST = "/__manifest"
/** A page asks for all that it links to. Remix compares every part of every path with every route: so many take it some 11 ms. */
const MAX_MANIFEST_PARTS = 120

/**
 * Whether an address is one that a page or a program of ours would ask for. `_data` would make Remix run an action as a
 * "data request", past its checks and our own.
 */
export function isWellFormedPath(url: string): boolean {
	if (!url.startsWith("/")) return false
	const [path = "", ...query] = url.split("?")
	try {
		decodeURIComponent(path)
	} catch {
		return false
	}
	const parameters = new URLSearchParams(query.join("?"))
	return (
		!/[\\\0#]|%00|%5c/i.test(path) &&
		// Browsers resolve these before they ask; here, they would hide which page is meant from whatever reads the path.
		!/\/(?:\.|%2e){1,2}(?:\/|$)/i.test(path) &&
		// In front they name a host; thousands of them keep the router's patterns busy, whose time grows with their square.
		!path.includes("//") &&
		!parameters.has("_data") &&
		(path !== MANIFEST || isWellFormedManifest(parameters.getAll("p")))
	)
}

function isWellFormedManifest(paths: string[]): boolean {
	const parts = paths.reduce((count, path) => count + path.split("/").length, 0)
	return parts <= MAX_MANIFEST_PARTS && paths.every((path) => !path.includes("//"))
}
