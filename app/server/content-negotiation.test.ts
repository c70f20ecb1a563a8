import { describe, expect, it } from "vitest"
import { wantsJson } from "./content-negotiation.server"

describe("who gets JSON", () => {
	it.for([
		["application/json", undefined, true],
		["application/problem+json", undefined, true],
		["application/json, text/html;q=0.9", undefined, true],
		["text/html;q=0.5, application/json;q=0.9", undefined, true],
		["*/*", "application/json", true],
		[undefined, "application/json", true],
		["", "application/json", true],
		[undefined, "APPLICATION/JSON; charset=utf-8", true],
		["text/html", undefined, false],
		["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", undefined, false],
		["text/html, application/json", undefined, false],
		["text/html, application/json;q=0.9", "application/json", false],
		["text/html", "application/json", false],
		["*/*", undefined, false],
		[undefined, undefined, false],
		["*/*", "application/x-www-form-urlencoded", false],
		["image/png", undefined, false],
		["nonsense", undefined, false],
		["application/json;q=0", undefined, false],
		["application/jsonp", "application/jsonp", false],
		// Longer than it is read.
		[`application/json${", a/b".repeat(200)}`, undefined, false],
		[`text/plain${", a/b".repeat(200)}`, "application/json", true],
	] as const)("Accept: %s, Content-Type: %s: %s", ([accept, contentType, json]) => {
		expect(wantsJson({ headers: { accept, "content-type": contentType } })).toBe(json)
	})
})
