import { expect } from "vitest"
import { type Answer, clientOf } from "./client"
import type { TestServer } from "./server"

export type BothAnswers = { form: Answer; json: Answer }

/** The same fields as JSON and as a form, each time from a client address of its own. */
export async function postFormAndJson(
	server: TestServer,
	path: string,
	fields: Record<string, string>,
	headers: Record<string, string> = {},
): Promise<BothAnswers> {
	const json = await clientOf(server).postJson(path, fields, headers)
	const form = await clientOf(server).postForm(path, fields, headers)
	return { form, json }
}

export function getPageAndJson(server: TestServer, path: string, headers: Record<string, string> = {}) {
	const client = clientOf(server)
	return Promise.all([
		client.getJson(path, headers),
		client.get(path, { Accept: "text/html", ...headers }),
	]).then(([json, form]): BothAnswers => ({ form, json }))
}

/** One refusal, told alike: a page with the sentence, problem details; never a session. */
export function expectRefused({ form, json }: BothAnswers, status: number, code: string): void {
	expectProblem(json, status, code)
	expect(form.status).toBe(status)
	expect(form.headers.get("Content-Type")).toBe("text/html; charset=utf-8")
	expect(textOf(form)).toContain(json.json.detail)
	expectPrivate(form)
	expect(form.cookies).toEqual([])
}

/** Problem details (RFC 9457) with our `code`, and nothing that tells of the inside. */
export function expectProblem(answer: Answer, status: number, code: string): void {
	expect([answer.status, answer.json?.code]).toEqual([status, code])
	expect(answer.headers.get("Content-Type")).toBe("application/problem+json")
	const { errors, request_id, ...rest } = answer.json
	expect(rest).toEqual({
		type: "about:blank",
		title: expect.any(String),
		status,
		detail: expect.any(String),
		code,
	})
	expect(errors !== undefined, "errors").toBe(code === "validation_failed")
	// Of all others, two answers would never be the same.
	expect(request_id).toBe(code === "internal" ? answer.headers.get("X-Request-Id") : undefined)
	expect(answer.text).not.toMatch(/\bat .*:\d+|node_modules|prisma|sqlite|postgres|SELECT|zod/i)
	expectPrivate(answer)
	expect(answer.cookies).toEqual([])
}

/** The headers that every answer carries. */
export function expectPrivate({ headers }: Pick<Answer, "headers">): void {
	expect(headers.get("Cache-Control")).toBe("no-store")
	expect(headers.get("Vary")).toMatch(/\bAccept\b(?!-)/)
	expect(headers.get("X-Request-Id")).toMatch(/^[0-9a-f-]{36}$/)
	expect(headers.get("X-Content-Type-Options")).toBe("nosniff")
	expect(headers.get("Referrer-Policy")).toBe("same-origin")
	expect(headers.get("Cross-Origin-Opener-Policy")).toBe("same-origin")
	expect(headers.get("Permissions-Policy")).toContain("camera=()")
	const policy = headers.get("Content-Security-Policy") ?? ""
	expect(policy).toContain("frame-ancestors 'none'")
	expect(policy).not.toMatch(/script-src[^;]*unsafe/)
	expect(headers.has("X-Powered-By")).toBe(false)
}

/** What a person reads on a page, with its entities resolved. */
export function textOf(page: Answer): string {
	return page.text
		.replace(/<script[\s\S]*?<\/script>|<style[\s\S]*?<\/style>|<!--.*?-->|<wbr\/?>/g, "")
		.replace(/<[^>]*>/g, " ")
		.replace(/&#x27;/g, "'")
		.replace(/&quot;/g, '"')
		.replace(/&amp;/g, "&")
		.replace(/ +/g, " ")
}

/** The value of an input on a page, as it stands in the HTML; undefined without one. */
export function inputValue(page: Answer, name: string): string | undefined {
	const input = page.text.match(new RegExp(`<input[^>]*\\bname="${name}"[^>]*>`))?.[0]
	return input?.match(/\bvalue="([^"]*)"/)?.[1]
}
