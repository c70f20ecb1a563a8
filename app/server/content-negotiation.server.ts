import type { IncomingMessage } from "node:http"
import Negotiator from "negotiator"
import { isJson } from "../http/media-type"

/** The time to read it grows with the square of its length. No browser or program needs as much. */
const MAX_ACCEPT_LENGTH = 512

/**
 * Does this client want JSON? Yes when `Accept` prefers it to HTML, or when the body is JSON and `Accept` does not ask
 * for HTML by name. Everything else is a person.
 */
export function wantsJson({ headers }: Pick<IncomingMessage, "headers">): boolean {
	const given = headers.accept ?? "*/*"
	// What is not read is as good as not sent (RFC 9110, 12.5.1).
	const readable = given.length > MAX_ACCEPT_LENGTH ? "*/*" : given
	// `application/json; charset=utf-8` is no other type.
	const accept = readable.replace(/;\s*charset=[^;,]*/gi, "")
	const negotiator = new Negotiator({ headers: { accept } })
	const [preferred] = negotiator.mediaTypes(["text/html", "application/json", "application/problem+json"])
	if (preferred && preferred !== "text/html") return true
	return isJson(headers["content-type"]) && !/\btext\/html\b/i.test(accept)
}
