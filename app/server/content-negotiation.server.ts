import type { IncomingMessage } from "node:http"
import Negotiator from "negotiator"
import { isJson } from "../http/media-type"

/**
 * Does this client want JSON? Yes when `Accept` prefers it to HTML, or when the body is JSON and `Accept` does not ask
 * for HTML by name. Everything else is a person.
 */
export function wantsJson({ headers }: Pick<IncomingMessage, "headers">): boolean {
	// `application/json; charset=utf-8` is no other type.
	const accept = (headers.accept ?? "*/*").replace(/;\s*charset=[^;,]*/gi, "")
	const negotiator = new Negotiator({ headers: { accept } })
	const [preferred] = negotiator.mediaTypes(["text/html", "application/json", "application/problem+json"])
	if (preferred && preferred !== "text/html") return true
	return isJson(headers["content-type"]) && !/\btext\/html\b/i.test(accept)
}
