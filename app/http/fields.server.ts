import { isJson, mediaType } from "./media-type"
import type { ProblemCode } from "./problem"

const MAX_FIELDS = 100
/** Our forms are flat; more nesting than this is no mistake. */
const MAX_JSON_DEPTH = 8
/** RFC 2046, 5.1.1. */
const BOUNDARY = /^[\w'()+,./:=? -]{1,70}$/
/** RFC 7578, 4.8 knows three for a part of a form; a client that sends others of its own is read all the same. */
const MAX_PART_HEADERS = 8

export type Fields = {
	ok: true
	/** By name, as they came: a form's are strings, JSON's may be anything. No prototype. */
	values: Record<string, unknown>
	/** Names that were given more than once. */
	repeated: string[]
}

/** Reads a form or a JSON object. The request guard has checked size and type; here it is about what is in it. */
export async function readFields(request: Request): Promise<Fields | { ok: false; code: ProblemCode }> {
	const contentType = request.headers.get("Content-Type")
	const bytes = new Uint8Array(await request.arrayBuffer())
	if (bytes.length === 0) return { ok: true, values: Object.create(null), repeated: [] }
	const entries =
		mediaType(contentType) === "multipart/form-data"
			? await readMultipart(bytes, contentType ?? "")
			: readText(bytes, isJson(contentType) ? readJson : readUrlEncoded)
	if (entries === null) return { ok: false, code: "malformed" }
	if (entries === "too_many" || entries.length > MAX_FIELDS) return { ok: false, code: "validation_failed" }

	const values: Record<string, unknown> = Object.create(null)
	const repeated = new Set<string>()
	for (const [name, value] of entries) {
		if (name in values) repeated.add(name)
		values[name] = value
	}
	return { ok: true, values, repeated: [...repeated] }
}

/** `too_many` where that could be told before each of them was read. */
type Entries = [name: string, value: unknown][] | "too_many" | null

function readText(bytes: Uint8Array, parse: (text: string) => Entries): Entries {
	try {
		// Keeping the byte order mark makes JSON with one what it is: malformed (RFC 8259, 8.1).
		return parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes))
	} catch {
		return null
	}
}

function readUrlEncoded(text: string): Entries {
	const pairs = text.split("&").filter(Boolean)
	return pairs.length > MAX_FIELDS ? "too_many" : [...new URLSearchParams(text)]
}

function readJson(text: string): Entries {
	const value: unknown = JSON.parse(text)
	const names = readTopLevelNames(text)
	if (!names || typeof value !== "object" || value === null || Array.isArray(value)) return null
	return names.map((name) => [name, (value as Record<string, unknown>)[name]])
}

/**
 * `JSON.parse` keeps the last of two equal names and tells nobody; other readers keep the first. So the names are
 * listed, along with how deep they go.
 *
 * @param text JSON that is well-formed: of a string that never ends, the pattern would try every end
 * @returns the names at the top level, repeated ones included; null for a document that goes too deep
 */
function readTopLevelNames(text: string): string[] | null {
	const names: string[] = []
	let depth = 0
	for (const [token, colon] of text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?|[[\]{}]/g)) {
		if (token === "{" || token === "[") depth++
		else if (token === "}" || token === "]") depth--
		else if (colon && depth === 1) names.push(JSON.parse(token.slice(0, -colon.length)))
		if (depth > MAX_JSON_DEPTH) return null
	}
	return names
}

async function readMultipart(bytes: Uint8Array, contentType: string): Promise<Entries> {
	const [, quoted, bare] = /;\s*boundary=(?:"([^"]*)"|([^\s;]*))/i.exec(contentType) ?? []
	const boundary = quoted ?? bare ?? ""
	if (!BOUNDARY.test(boundary)) return null
	const body = Buffer.from(bytes.buffer)
	const ends = endsOfDelimiters(body, `\r\n--${boundary}`)
	// One delimiter more than parts.
	if (ends.length > MAX_FIELDS + 1) return "too_many"
	if (ends.some((end) => hasTooManyHeaders(body, end))) return null
	try {
		const form = await new Response(bytes as Uint8Array<ArrayBuffer>, {
			// Others find another boundary in some headers, and would then read parts that were not counted.
			headers: { "Content-Type": `multipart/form-data; boundary="${boundary}"` },
		}).formData()
		return [...form]
	} catch {
		return null
	}
}

/**
 * Counted before any part is read, as each one becomes an object or a file.
 *
 * @param delimiter as it is from the second one on: the first may have no line before it
 */
function endsOfDelimiters(body: Buffer, delimiter: string): number[] {
	const first = delimiter.length - "\r\n".length
	const ends = [first]
	let at = body.indexOf(delimiter, first)
	while (at >= 0 && ends.length <= MAX_FIELDS + 1) {
		ends.push(at + delimiter.length)
		at = body.indexOf(delimiter, at + delimiter.length)
	}
	return ends
}

/** Thousands of them would cost their reader more than anything else that fits into a body. */
function hasTooManyHeaders(body: Buffer, start: number): boolean {
	let line = body.indexOf("\r\n", start)
	for (let headers = 0; line >= 0; headers++) {
		const next = body.indexOf("\r\n", line + 2)
		if (next === line + 2) return false
		if (next >= 0 && headers === MAX_PART_HEADERS) return true
		line = next
	}
	return false
}
