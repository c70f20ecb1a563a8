import { describe, expect, it } from "vitest"
import { clientOf, freshAddress, somebody } from "../support/client"
import { exchange, requestText } from "../support/exchange"
import { serverFixture } from "../support/server-fixture"

const { server } = serverFixture()

/** `fetch` adds an Accept of its own, so these are sent by hand. */
async function answeredAs(method: "GET" | "POST", accept: string | null, type?: string): Promise<string> {
	const body =
		method === "GET"
			? ""
			: type === "application/x-www-form-urlencoded"
				? `username=${somebody().username}&password=b`
				: "{}"
	const headers = [
		"Host: localhost",
		"Connection: close",
		`X-Forwarded-For: ${freshAddress()}`,
		...(accept === null ? [] : [`Accept: ${accept}`]),
		...(type ? [`Content-Type: ${type}`, `Content-Length: ${body.length}`] : []),
	]
	const answer = await exchange(server, requestText(`${method} /login HTTP/1.1`, headers, body))
	expect(answer.headers.get("Vary")).toMatch(/\bAccept\b(?!-)/)
	expect(answer.status).toBe(method === "GET" ? 200 : type === "application/json" ? 422 : 401)
	const contentType = answer.headers.get("Content-Type") ?? ""
	expect(contentType).toMatch(/^(text\/html; charset=utf-8|application\/(problem\+)?json)$/)
	return contentType.startsWith("text/html") ? "HTML" : "JSON"
}

const BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"

describe("GET", () => {
	it.each([
		[BROWSER, "HTML"],
		["text/html", "HTML"],
		["*/*", "HTML"],
		["text/*", "HTML"],
		["image/*", "HTML"],
		["text/html, application/json;q=0.9", "HTML"],
		["application/json;q=0.9, text/html", "HTML"],
		["text/html;q=0.9, application/json;q=0.8", "HTML"],
		["application/json;q=0, */*", "HTML"],
		["garbage", "HTML"],
		["", "HTML"],
		[null, "HTML"],
		["application/json", "JSON"],
		["Application/JSON", "JSON"],
		["application/json; charset=utf-8", "JSON"],
		["application/problem+json", "JSON"],
		["application/json, text/html;q=0.9", "JSON"],
		["text/html;q=0.9, application/json", "JSON"],
		["text/html;q=0.1, application/json;q=0.2", "JSON"],
		["text/html;q=0, */*", "JSON"],
		["application/*", "JSON"],
		["application/json, text/plain, */*", "JSON"],
		["application/json, */*;q=0.1", "JSON"],
	])("Accept: %s gets %s", async (accept, expected) => {
		expect(await answeredAs("GET", accept)).toBe(expected)
	})
})

describe("POST", () => {
	const json = "application/json"
	const form = "application/x-www-form-urlencoded"
	it.each([
		[json, null, "JSON"],
		[json, "*/*", "JSON"],
		[json, "", "JSON"],
		[json, "text/plain", "JSON"],
		[json, "application/json", "JSON"],
		[json, "application/json, text/plain, */*", "JSON"],
		[json, "text/html", "HTML"],
		[json, "Text/HTML", "HTML"],
		[json, BROWSER, "HTML"],
		[json, "text/html, application/json", "HTML"],
		[form, null, "HTML"],
		[form, "*/*", "HTML"],
		[form, BROWSER, "HTML"],
		[form, "", "HTML"],
		[form, "image/png", "HTML"],
		[form, "application/json;q=0.1, text/html", "HTML"],
		[form, "application/problem+json", "JSON"],
		[form, "application/json;q=0.9, text/html;q=0.1", "JSON"],
		[form, "application/json", "JSON"],
		[form, "application/json, text/plain, */*", "JSON"],
		[form, "text/html;q=0.5, application/json", "JSON"],
	])("%s with Accept: %s gets %s", async (type, accept, expected) => {
		expect(await answeredAs("POST", accept, type)).toBe(expected)
	})
})

describe("refusals before the router", () => {
	it("are negotiated like everything else", async () => {
		const send = (headers: Record<string, string>) =>
			clientOf(server).send("/login", {
				method: "POST",
				headers: { Origin: "https://evil.test", ...headers },
				body: "{}",
			})
		const page = await send({ Accept: BROWSER, "Content-Type": "application/json" })
		expect(page.headers.get("Content-Type")).toBe("text/html; charset=utf-8")
		expect(page.text).toContain("another site")
		for (const headers of [
			{ Accept: "*/*", "Content-Type": "application/json" },
			{ Accept: "application/json" },
		]) {
			const problem = await send(headers as Record<string, string>)
			expect(problem.headers.get("Content-Type")).toMatch(/^application\/problem\+json/)
			expect(problem.json).toEqual({
				type: "about:blank",
				title: "Forbidden",
				status: 403,
				detail: expect.any(String),
				code: "origin_refused",
			})
		}
	})
})
