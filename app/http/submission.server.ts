import { type ActionFunctionArgs, data, redirect, redirectDocument } from "@remix-run/node"
import type { z } from "zod"
import type { Grant } from "../auth/backend/backend"
import type { CaptchaForm } from "../auth/captcha/captcha"
import { isSecret } from "../auth/field"
import type { Refusal } from "../auth/refusal"
import { en as text } from "../text/en"
import { type ShownCaptcha, showCaptcha } from "./captcha.server"
import { repeatedFaults, sentencesOf, zodFaults } from "./faults.server"
import { type Fields, readFields } from "./fields.server"
import { type Notice, noticeCookie } from "./notice.server"
import { bearerChallenge, type Problem, type ProblemCode, problem } from "./problem"
import { ownPath, requestedPath } from "./redirect.server"
import { registrationMark } from "./registration-cookie.server"
import { cookiesOf, tokenBody } from "./session-transport.server"

/** A form that was sent, whichever way. */
export type Submission<T> = {
	ok: true
	value: T
	/** Where it asks to be led, if that is a path on this site. */
	redirectTo: string | null
	typed: Record<string, string>
	/** Of the form's captcha, if it asks for one; undefined where it is missing. */
	token: string | undefined
	captcha: ShownCaptcha | null
	json: boolean
}

/** What a page finds when its form was refused: the problem, and what was typed, but never a secret. */
export type RefusedForm = {
	problem: Problem
	typed: Record<string, string>
	/** With `not_verified`: where the link goes, and what marks who asks for it. For the page alone. */
	unconfirmed?: { email: string; registration: string }
	/** What the form asks for again, where it asks for one. */
	captcha?: ShownCaptcha | null
}

/** Characters of all that is shown again; each costs the page's renderer several. */
const MAX_TYPED_LENGTH = 16_384

/**
 * Reads the form or the JSON that came with a POST. What fails is answered here, as JSON or as the page again.
 *
 * @param form the one whose captcha is asked for, if it has one
 */
export async function read<T extends z.ZodObject>(
	args: ActionFunctionArgs,
	schema: T,
	form?: CaptchaForm,
): Promise<Submission<z.output<T>> | { ok: false; answer: ReturnType<typeof refuse> }> {
	const { request, context } = args
	const captcha = form ? showCaptcha(form, args) : null
	const fields = await readFields(request)
	if (!fields.ok) return { ok: false, answer: refuse(fields.code, { typed: {}, captcha }) }

	applyAliases(fields, schema)
	const typed = visibleValues(fields.values, schema)
	const result = schema.safeParse(fields.values)
	const faults = { ...zodFaults(result.error), ...repeatedFaults(fields, schema) }
	if (!result.success || Object.keys(faults).length > 0) {
		const refused = { ok: false, code: "validation_failed", faults } as const
		return { ok: false, answer: refuse(refused, { typed, captcha }) }
	}
	const wanted = fields.values.redirect_to
	const redirectTo = wanted === undefined ? requestedPath(request) : ownPath(wanted)
	const token = captcha ? tokenIn(fields, captcha) : undefined
	return { ok: true, value: result.data, redirectTo, typed, token, captcha, json: context.json }
}

export type Success = {
	status?: number
	body: object | null
	redirectTo: string
	/** What signing in handed out, or that it is over. */
	session?: Grant | "ended" | null
	cookies?: string[]
	headers?: Record<string, string>
	notice?: Notice
}

/** Success: 303 for a person, the body for a program; a token is handed out the same way to both, and nothing else. */
export function answer(
	submission: { json: boolean; captcha: ShownCaptcha | null },
	{ session = null, ...outcome }: Success,
) {
	const token = tokenBody(session)
	if (token) return data(token, { status: 200 })
	const headers = new Headers(outcome.headers)
	for (const cookie of [...cookiesOf(session), ...(outcome.cookies ?? [])])
		headers.append("Set-Cookie", cookie)
	if (submission.json) return data(outcome.body, { status: outcome.status ?? 200, headers })
	if (outcome.notice) headers.append("Set-Cookie", noticeCookie(outcome.notice))
	// The next page is a document of its own, without what this one's policy admits.
	const lead = submission.captcha ? redirectDocument : redirect
	return lead(outcome.redirectTo, { status: 303, headers })
}

/** Failure: the page again for a person, problem details for a program; the same status for both. */
export function refuse(
	reason: Refusal | ProblemCode,
	{ typed, captcha = null }: Pick<RefusedForm, "typed" | "captcha">,
) {
	const { body, headers } = typeof reason === "string" ? toldByCode(reason) : told(reason)
	const refused = { problem: body, typed, captcha, ...unconfirmed(reason) }
	return data<RefusedForm>(refused, { status: body.status, headers })
}

function unconfirmed(reason: Refusal | ProblemCode): Pick<RefusedForm, "unconfirmed"> {
	if (typeof reason === "string" || reason.code !== "not_verified") return {}
	const { id, email } = reason.user
	return { unconfirmed: { email, registration: registrationMark(id) } }
}

function toldByCode(code: ProblemCode): { body: Problem; headers: Record<string, string> } {
	// RFC 9110, 15.5.6: a 405 says what can be done.
	return { body: problem(code), headers: code === "read_only" ? { Allow: "GET, HEAD" } : {} }
}

function told(refusal: Refusal): { body: Problem; headers: Record<string, string> } {
	const { code } = refusal
	if (code === "validation_failed") {
		const errors = sentencesOf(refusal.faults)
		return { body: problem(code, { errors, detail: text.checkFields(Object.values(errors)) }), headers: {} }
	}
	if (code === "hook_refused")
		return { body: problem(code, refusal.sentence ? { detail: refusal.sentence } : {}), headers: {} }
	if (code === "unauthenticated") return { body: problem(code), headers: bearerChallenge }
	if (code !== "rate_limited" && code !== "overloaded") return { body: problem(code), headers: {} }
	const retryAfter = { "Retry-After": String(refusal.retryAfterSeconds) }
	if (code === "overloaded") return { body: problem(code), headers: retryAfter }
	const tooMany = refusal.counts === "mails" ? text.tooManyMails : text.tooManyTries
	const headers = {
		...retryAfter,
		"RateLimit-Limit": String(refusal.limit),
		"RateLimit-Remaining": "0",
		"RateLimit-Reset": String(refusal.retryAfterSeconds),
	}
	return { body: problem(code, { detail: tooMany(refusal.retryAfterSeconds) }), headers }
}

/** What is not text, or was given twice, is no token. */
function tokenIn({ values, repeated }: Fields, { field }: ShownCaptcha): string | undefined {
	const token = values[field]
	return typeof token === "string" && !repeated.includes(field) ? token : undefined
}

/** Names that other systems use, so that their clients can switch. */
function applyAliases({ values, repeated }: Fields, { shape }: z.ZodObject): void {
	for (const [name, field] of Object.entries(shape) as [string, z.ZodType][])
		for (const alias of field.meta()?.aliases ?? []) {
			if (name in values || !(alias in values)) continue
			values[name] = values[alias]
			if (repeated.includes(alias)) repeated.push(name)
		}
}

/** What the page may show again: the form's own fields, as text, no secret, and no more than a page is for. */
function visibleValues(values: Record<string, unknown>, { shape }: z.ZodObject): Record<string, string> {
	const visible: Record<string, string> = {}
	let room = MAX_TYPED_LENGTH
	for (const name of [...Object.keys(shape), "redirect_to"]) {
		const value = values[name]
		const field = shape[name]
		if (typeof value !== "string" || (field && isSecret(field)) || value.length > room) continue
		visible[name] = value
		room -= value.length
	}
	return visible
}
