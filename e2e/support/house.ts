import { afterAll, beforeAll, expect } from "vitest"
import { type Answer, clientOf } from "./client"
import { type Mailbox, startMailbox } from "./mailbox"
import { startServer, type TestServer } from "./server"

type House = { server: TestServer; mailbox: Mailbox }

/** A server with a mail server of its own, for all tests of one file. */
export function openHouse(env: Record<string, string> = {}): House {
	const house = {} as House
	beforeAll(async () => {
		house.mailbox = await startMailbox()
		house.server = await startServer({ env: { SMTP_URL: house.mailbox.url, ...env } })
	})
	afterAll(async () => {
		await house.server?.stop()
		await house.mailbox?.close()
	})
	return house
}

export type BothDoors = { form: Answer; json: Answer }

/** The same fields at both doors, each time from a client address of its own. */
export async function postBoth(
	server: TestServer,
	path: string,
	fields: Record<string, string>,
	headers: Record<string, string> = {},
): Promise<BothDoors> {
	const json = await clientOf(server).postJson(path, fields, headers)
	const form = await clientOf(server).postForm(path, fields, headers)
	return { form, json }
}

export function getBoth(server: TestServer, path: string, headers: Record<string, string> = {}) {
	const client = clientOf(server)
	return Promise.all([
		client.getJson(path, headers),
		client.get(path, { Accept: "text/html", ...headers }),
	]).then(([json, form]): BothDoors => ({ form, json }))
}

/** One refusal, told alike at both doors: a page with the sentence, problem details; never a session. */
export function expectRefused({ form, json }: BothDoors, status: number, code: string): void {
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
	expect(request_id !== undefined, "request_id").toBe(code === "internal")
	expect(answer.text).not.toMatch(/\bat .*:\d+|node_modules|prisma|sqlite|SELECT|zod/i)
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
		.replace(/<script[\s\S]*?<\/script>|<style[\s\S]*?<\/style>|<!--.*?-->/g, "")
		.replace(/<[^>]*>/g, " ")
		.replace(/&#x27;/g, "'")
		.replace(/&quot;/g, '"')
		.replace(/&amp;/g, "&")
}

/** The value of an input on a page, as it stands in the HTML; undefined without one. */
export function inputValue(page: Answer, name: string): string | undefined {
	const input = page.text.match(new RegExp(`<input[^>]*\\bname="${name}"[^>]*>`))?.[0]
	return input?.match(/\bvalue="([^"]*)"/)?.[1]
}

/** Everything that a refused request must leave as it was. */
export function rowsOf({ database }: TestServer) {
	return {
		users: database.prepare(`SELECT * FROM "User" ORDER BY id`).all(),
		sessions: database.prepare(`SELECT id FROM "Session" ORDER BY id`).pluck().all(),
		mails: database.prepare(`SELECT id FROM "OutboxMail" ORDER BY id`).pluck().all(),
	}
}

export type Row = Record<string, string | number | null>

export function userRow({ database }: TestServer, username: string): Row {
	return database.prepare(`SELECT * FROM "User" WHERE username = ?`).get(username) as Row
}

/** Until what is done once an answer is out is done, such as looking whether a mail is due. */
export function afterAnswers(): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, 400))
}
