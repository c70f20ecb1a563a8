import { isRouteErrorResponse } from "@remix-run/react"
import type { FieldErrors } from "../auth/refusal"

/** Every way in which a request can fail, with the status and the sentence that clients get. A closed list. */
const problems = {
	malformed: [400, "The request could not be read."],
	link_invalid: [400, "This link does not work: it is incomplete, was used already, or is out of date."],
	link_expired: [400, "This link is too old."],
	credentials_invalid: [401, "The name or the password is not right."],
	unauthenticated: [401, "Sign in first."],
	not_verified: [403, "Your e-mail address is not confirmed yet. Open the link that was mailed to you."],
	origin_refused: [
		403,
		"This came from another site, so nothing was done. Open the page itself and try again.",
	],
	not_found: [404, "There is no such page."],
	method_not_allowed: [405, "This page does not take that kind of request."],
	too_slow: [408, "The request took too long to arrive."],
	too_large: [413, "The request is too large."],
	uri_too_long: [414, "The address is too long."],
	unsupported_media_type: [415, "This kind of content is not accepted. Send a form, or JSON in UTF-8."],
	validation_failed: [422, "Something in the form needs another look."],
	rate_limited: [429, "Too many tries."],
	headers_too_large: [431, "The request's headers are too large."],
	internal: [500, "Something went wrong on our side. It has been noted."],
	overloaded: [503, "Too many people are signing in right now. Try again in a moment."],
	unavailable: [503, "A part that we need is not available. Try again in a moment."],
} as const satisfies Record<string, readonly [status: number, detail: string]>

export type ProblemCode = keyof typeof problems

/** Problem details (RFC 9457), extended by `code` and, for forms, `errors`. */
export type Problem = {
	type: "about:blank"
	title: string
	/** 0 where there was no answer that could have one. */
	status: number
	detail: string
	code: ProblemCode
	errors?: FieldErrors
	/** With `internal` only: what the operator finds in the log. */
	request_id?: string
}

export function problem(
	code: ProblemCode,
	details: Partial<Pick<Problem, "detail" | "errors" | "request_id">> = {},
): Problem {
	const [status, detail] = problems[code]
	return { type: "about:blank", title: titles[status], status, detail, code, ...details }
}

/** The problem behind a status that did not come from us but from the router. */
export function problemFor(status: number): Problem {
	if (status === 404) return problem("not_found")
	if (status === 405) return problem("method_not_allowed")
	if (status === 503) return problem("unavailable")
	return problem(status < 500 ? "malformed" : "internal")
}

/** The problem behind whatever was thrown. @param requestId told only of what nobody expected */
export function problemOf(error: unknown, requestId?: string): Problem {
	if (!isRouteErrorResponse(error))
		return typeof document === "undefined"
			? problem("internal", requestId ? { request_id: requestId } : {})
			: noAnswer
	return isProblem(error.data) ? error.data : problemFor(error.status)
}

/** In a browser, what is no answer of ours is none at all: the connection is down, or something on the way failed. */
const noAnswer: Problem = {
	type: "about:blank",
	title: "No answer",
	status: 0,
	detail:
		"The site could not be reached, so nothing may have been saved. Check your connection, then try again.",
	code: "unavailable",
}

export function isProblem(value: unknown): value is Problem {
	return (
		typeof value === "object" &&
		value !== null &&
		"type" in value &&
		"status" in value &&
		"code" in value &&
		Object.hasOwn(problems, String(value.code))
	)
}

/** With `about:blank`, the title is the status phrase (RFC 9457, 4.2.1). */
const titles: Record<(typeof problems)[ProblemCode][0], string> = {
	400: "Bad Request",
	401: "Unauthorized",
	403: "Forbidden",
	404: "Not Found",
	405: "Method Not Allowed",
	408: "Request Timeout",
	413: "Content Too Large",
	414: "URI Too Long",
	415: "Unsupported Media Type",
	422: "Unprocessable Content",
	429: "Too Many Requests",
	431: "Request Header Fields Too Large",
	500: "Internal Server Error",
	503: "Service Unavailable",
}
