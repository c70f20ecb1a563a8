import { describe, expect, it } from "vitest"
import type { RefusalCode } from "../auth/refusal"
import { isProblem, type ProblemCode, problem, problemFor } from "./problem"

/**
 * The wire contract's table, as far as these flows go. Typed so that a new code does not compile without a line here.
 */
const contract: Record<ProblemCode, number> = {
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
}
const codes = Object.keys(contract) as ProblemCode[]

describe("the closed table of problems", () => {
	it.for(codes)("%s has its status, a title and a sentence", (code) => {
		const body = problem(code)
		expect(body).toEqual({
			type: "about:blank",
			title: expect.stringMatching(/^[A-Z][A-Za-z ]+$/),
			status: contract[code],
			detail: expect.stringMatching(/^[A-Z].+\.$/),
			code,
		})
		expect(isProblem(body)).toBe(true)
	})

	it("has an entry for every refusal of the domain", () => {
		const refusals: Record<RefusalCode, true> = {
			credentials_invalid: true,
			unauthenticated: true,
			not_verified: true,
			hook_refused: true,
			not_found: true,
			link_invalid: true,
			link_expired: true,
			validation_failed: true,
			rate_limited: true,
			captcha_failed: true,
			captcha_unavailable: true,
			overloaded: true,
		}
		for (const code of Object.keys(refusals) as RefusalCode[]) expect(problem(code).code).toBe(code)
	})
})

it("a status of the router becomes a problem of ours", () => {
	const statuses = [400, 403, 404, 405, 500, 502, 503]
	expect(statuses.map((status) => problemFor(status).code)).toEqual([
		"malformed",
		"malformed",
		"not_found",
		"method_not_allowed",
		"internal",
		"internal",
		"unavailable",
	])
})

it("other values are no problems", () => {
	for (const value of [null, undefined, "code", 1, {}, { code: "x" }, { user: {} }])
		expect(isProblem(value)).toBe(false)
})
