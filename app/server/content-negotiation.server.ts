import Negotiator from "negotiator"

/**
 * Does this client want JSON? Yes when `Accept` prefers it to HTML, or when the body is JSON and `Accept` does not ask
 * for HTML by name. Everything else is a person.
 */
export function wantsJson(headers: { accept?: string | null; contentType?: string | null }): boolean {
	// `application/json; charset=utf-8` is no other type.
	const accept = (headers.accept ?? "*/*").replace(/;\s*charset=[^;,]*/gi, "")
	const negotiator = new Negotiator({ headers: { accept } })
	const [preferred] = negotiator.mediaTypes(["text/html", "application/json", "application/problem+json"])
	if (preferred && preferred !== "text/html") return true
	return isJson(headers.contentType) && !/\btext\/html\b/i.test(accept)
}

export function prefersJson(request: Request): boolean {
	return wantsJson({
		accept: request.headers.get("Accept"),
		contentType: request.headers.get("Content-Type"),
	})
}

export function isJson(contentType: string | null | undefined): boolean {
	return mediaType(contentType) === "application/json"
}

/** The media type without its parameters, in lower case; `""` without one. */
export function mediaType(contentType: string | null | undefined): string {
	return (contentType ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? ""
}
