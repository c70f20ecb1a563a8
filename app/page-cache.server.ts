import { isDeepStrictEqual } from "node:util"
import { gauge } from "./metrics.server"

/** What a page shows of the time it was rendered at, such as a year in the footer, is at most this old. */
const FRESH_FOR_MS = 60_000

/** What differs each time a page is rendered. Neither can be guessed, so each stands only where it was put. */
type Marks = { nonce: string; requestId: string }
/** As bytes, cut at the marks: looking for these and encoding the rest each time took most of a long page's time. */
type RenderedPage = { loaderData: unknown; html: (Buffer | keyof Marks)[]; renderedAt: number }

const pages = new Map<string, RenderedPage>()
gauge("gatehouse_pages_kept", "Pages for strangers that are kept", () => pages.size)

/**
 * Whether a path is the one that its route is written with, to the letter. Paths match in any case, encoded, and with a
 * slash at their end, which makes as many as a client likes of each; a parameter makes no fewer.
 *
 * @param matches the route that takes it, and those around it
 */
export function isWrittenAs(pathname: string, matches: { route: { path?: string } }[]): boolean {
	return pathname === `/${matches.flatMap(({ route }) => route.path || []).join("/")}`
}

/**
 * A page that was rendered for a stranger from the same data, with the marks of this request. See decision 22.
 *
 * @param path as its route is written, so that there are not more of them than routes
 * @returns null where it has to be rendered
 */
export function findRendered(path: string, loaderData: unknown, marks: Marks): Buffer | null {
	const page = pages.get(path)
	if (!page || performance.now() - page.renderedAt > FRESH_FOR_MS) return null
	if (!isDeepStrictEqual(page.loaderData, loaderData)) return null
	return Buffer.concat(
		page.html.map((piece) => (typeof piece === "string" ? Buffer.from(marks[piece]) : piece)),
	)
}

/** With data that is not plain, such as a promise, nobody can say whether it is the same: such a page is not kept. */
export function keepRendered(path: string, loaderData: unknown, html: string, marks: Marks): void {
	if (!isPlain(loaderData)) return
	pages.set(path, { loaderData, html: cutAtMarks(html, marks), renderedAt: performance.now() })
}

function cutAtMarks(html: string, { nonce, requestId }: Marks): RenderedPage["html"] {
	// Of the characters in either, only a plus means something else here.
	const marks = [nonce, requestId].map((mark) => mark.replaceAll("+", "\\+"))
	return html
		.split(new RegExp(`(${marks.join("|")})`))
		.map((piece, index) => (index % 2 === 0 ? Buffer.from(piece) : piece === nonce ? "nonce" : "requestId"))
}

function isPlain(value: unknown): boolean {
	if (typeof value !== "object" || value === null) return typeof value !== "function"
	const isData = Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype
	return isData && Object.values(value).every(isPlain)
}
