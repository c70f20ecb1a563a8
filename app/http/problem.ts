import { isRouteErrorResponse } from "@remix-run/react"
import { en as text } from "../text/en"

/** Every way in which a request can fail, with its status. A closed list; the sentences are in `text/en.ts`. */
const statuses = {
	malformed: 400,
	link_invalid: 400,
	link_expired: 400,
	credentials_invalid: 401,
	unauthenticated: 401,
	not_verified: 403,
	forbidden: 403,
	origin_refused: 403,
	hook_refused: 403,
	not_found: 404,
	method_not_allowed: 405,
	read_only: 405,
	too_slow: 408,
	too_large: 413,
	uri_too_long: 414,
	unsupported_media_type: 415,
	validation_failed: 422,
	captcha_failed: 422,
	rate_limited: 429,
	headers_too_large: 431,
	internal: 500,
	captcha_unavailable: 503,
	overloaded: 503,
	unavailable: 503,
} as const satisfies Record<keyof typeof text.problems, number>

export type ProblemCode = keyof typeof statuses

/** Problem details (RFC 9457), extended by `code` and, for forms, `errors`. */
export type Problem = {
	type: "about:blank"
	title: string
	/** 0 where there was no answer that could have one. */
	status: number
	detail: string
	code: ProblemCode
	/** Sentences by field. */
	errors?: Record<string, string[]>
	/** What the operator finds in the log: on pages, and for programs with `internal` only. */
	request_id?: string
}

export function problem(
	code: ProblemCode,
	details: Partial<Pick<Problem, "detail" | "errors" | "request_id">> = {},
): Problem {
	const status = statuses[code]
	return { type: "about:blank", title: titles[status], status, detail: text.problems[code], code, ...details }
}

/** RFC 9110, 15.5.2: a 401 to anyone not signed in says how to do better. */
export const bearerChallenge = { "WWW-Authenticate": "Bearer" }

/** What heads a page that tells it: its `title` is the status phrase, which is for programs. */
export function headingOf({ code, status, title }: Problem): string {
	return status === 0 ? title : text.problemTitles[code]
}

/** The problem behind a status that did not come from us but from the router. */
export function problemFor(status: number): Problem {
	if (status === 404) return problem("not_found")
	if (status === 405) return problem("method_not_allowed")
	if (status === 503) return problem("unavailable")
	return problem(status < 500 ? "malformed" : "internal")
}

/** The problem behind whatever was thrown. @param request_id told only of what nobody expected */
export function problemOf(error: unknown, request_id?: string): Problem {
	if (isRouteErrorResponse(error)) return isProblem(error.data) ? error.data : problemFor(error.status)
	if (typeof document === "undefined") return problem("internal", request_id ? { request_id } : {})
	// In a browser, what is no answer of ours is none at all: the connection is down, or something on the way failed.
	return noAnswerProblem()
}

/** Where a browser got no answer at all. */
export function noAnswerProblem(): Problem {
	return { type: "about:blank", status: 0, code: "unavailable", ...text.noAnswer }
}

export function isProblem(value: unknown): value is Problem {
	return (
		typeof value === "object" &&
		value !== null &&
		"type" in value &&
		"status" in value &&
		"code" in value &&
		Object.hasOwn(statuses, String(value.code))
	)
}

/** A link that will never work, whatever else is sent with it. */
export function isAboutLink({ code }: Problem): boolean {
	return code === "link_invalid" || code === "link_expired"
}

/** With `about:blank`, the title is the status phrase (RFC 9457, 4.2.1). */
const titles: Record<(typeof statuses)[ProblemCode], string> = {
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
