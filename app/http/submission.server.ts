import { data, redirect } from "@remix-run/node"
import type { z } from "zod"
import type { FieldErrors, Refusal } from "../auth/refusal"
import { type Fields, readBody } from "./fields.server"
import { type Notice, noticeCookie } from "./cookie.server"
import { prefersJson } from "../server/content-negotiation.server"
import { type Problem, type ProblemCode, problem } from "./problem"
import { requestedPath } from "./redirect.server"

/** A form that was sent, whichever way. */
export type Submission<T> = {
	ok: true
	value: T
	redirectTo: unknown
	typed: Record<string, string>
	json: boolean
}

/** What a page finds when its form was refused: the problem, and what was typed, but never a password. */
export type RefusedForm = { problem: Problem; typed: Record<string, string> }

/** Names that other systems use, so that their clients can switch. */
const ALIASES: Record<string, string[]> = {
	confirm_password: ["password_confirm"],
	username: ["login", "email"],
}

/** Reads the form or the JSON that came with a POST. What fails is answered here, in the door's own way. */
export async function read<T extends z.ZodObject>(
	request: Request,
	schema: T,
): Promise<Submission<z.output<T>> | { ok: false; answer: ReturnType<typeof refuse> }> {
	const json = prefersJson(request)
	if (request.method !== "POST") return { ok: false, answer: methodNotAllowed("GET, HEAD, POST") }
	const fields = await readBody(request)
	if (!fields.ok) return { ok: false, answer: refuse(fields.code, { typed: {}, json }) }

	applyAliases(fields, Object.keys(schema.shape))
	const typed = visibleValues(fields.values, schema)
	const result = schema.safeParse(fields.values)
	const errors = { ...fieldErrors(result.error), ...repeatedErrors(fields, schema) }
	if (!result.success || Object.keys(errors).length > 0)
		return { ok: false, answer: refuse({ ok: false, code: "validation_failed", errors }, { typed, json }) }

	const redirectTo = fields.values.redirect_to ?? requestedPath(request)
	return { ok: true, value: result.data, redirectTo, typed, json }
}

/** Success: 303 for a person, the body for a program. */
export function answer(
	submission: { json: boolean },
	outcome: { status?: number; body: object | null; redirectTo: string; cookies?: string[]; notice?: Notice },
) {
	const headers = new Headers()
	for (const cookie of outcome.cookies ?? []) headers.append("Set-Cookie", cookie)
	if (submission.json) return data(outcome.body, { status: outcome.status ?? 200, headers })
	if (outcome.notice) headers.append("Set-Cookie", noticeCookie(outcome.notice))
	return redirect(outcome.redirectTo, { status: 303, headers })
}

/** Failure: the page again for a person, problem details for a program; the same status for both. */
export function refuse(
	reason: Refusal | ProblemCode,
	submission: { typed: Record<string, string>; json: boolean },
) {
	const refusal: Partial<Refusal> = typeof reason === "string" ? {} : reason
	const code = typeof reason === "string" ? reason : reason.code
	const { errors, retryAfterSeconds, limit } = refusal
	const detail = code === "rate_limited" && retryAfterSeconds ? waitSentence(retryAfterSeconds) : undefined
	const body = problem(code, { ...(detail && { detail }), ...(errors && { errors }) })
	const headers = new Headers()
	if (retryAfterSeconds) headers.set("Retry-After", String(retryAfterSeconds))
	if (limit && retryAfterSeconds) {
		headers.set("RateLimit-Limit", String(limit))
		headers.set("RateLimit-Remaining", "0")
		headers.set("RateLimit-Reset", String(retryAfterSeconds))
	}
	return data<RefusedForm>({ problem: body, typed: submission.typed }, { status: body.status, headers })
}

function methodNotAllowed(allow: string) {
	const body = { problem: problem("method_not_allowed"), typed: {} }
	return data<RefusedForm>(body, { status: 405, headers: { Allow: allow } })
}

/** A link's parameters, each as text if it was given once; what was given twice is as good as missing. */
export function singleValues<T extends z.ZodObject>(
	parameters: URLSearchParams,
	schema: T,
): { [K in keyof T["shape"]]?: string } {
	const names = Object.keys(schema.shape).filter((name) => parameters.getAll(name).length === 1)
	return Object.fromEntries(names.map((name) => [name, parameters.get(name)])) as {
		[K in keyof T["shape"]]?: string
	}
}

function applyAliases({ values, repeated }: Fields, wanted: string[]): void {
	for (const name of wanted)
		for (const alias of ALIASES[name] ?? []) {
			if (name in values || !(alias in values) || wanted.includes(alias)) continue
			values[name] = values[alias]
			if (repeated.includes(alias)) repeated.push(name)
		}
}

function fieldErrors(error: z.ZodError | undefined): FieldErrors {
	const errors: FieldErrors = {}
	for (const { path, message } of error?.issues ?? []) {
		const name = String(path[0])
		errors[name] = [...(errors[name] ?? []), message]
	}
	return errors
}

function repeatedErrors(fields: Fields, schema: z.ZodObject): FieldErrors {
	const names = fields.repeated.filter((name) => name in schema.shape || name === "redirect_to")
	return Object.fromEntries(names.map((name) => [name, ["This was sent more than once. Send it once."]]))
}

/** What the page may show again: the form's own fields, as text, and no password. */
function visibleValues(values: Record<string, unknown>, schema: z.ZodObject): Record<string, string> {
	const visible: Record<string, string> = {}
	for (const name of [...Object.keys(schema.shape), "redirect_to"]) {
		const value = values[name]
		if (typeof value === "string" && !name.includes("password")) visible[name] = value
	}
	return visible
}

function waitSentence(seconds: number): string {
	const minutes = Math.ceil(seconds / 60)
	const wait = seconds < 60 ? `${seconds} seconds` : minutes === 1 ? "a minute" : `${minutes} minutes`
	return `Too many tries. Wait ${wait}, then try again.`
}
