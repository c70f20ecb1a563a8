import { describe, expect, it } from "vitest"
import { ownPath, requestedPath } from "./redirect.server"

describe("a path on this site", () => {
	it.for([
		"/",
		"/account",
		"/account?tab=1&x=%2F%2Fe",
		"/a/b#c",
		"/a%20b",
		"/account?q=http://evil.test",
		"/logins",
	])("%s is honoured", (path) => {
		expect(ownPath(path)).toBe(path)
	})
})

describe("H-31: anything else leads to the default, silently", () => {
	it.for([
		"",
		"account",
		"//e",
		"///e",
		"////e",
		"/\\e",
		"\\\\e",
		"\\/e",
		"/\t/e",
		"/\n/e",
		"/\r/e",
		"\t//e",
		" //e",
		"\0//e",
		"/\0/e",
		"/ /e",
		"/\u00a0/e",
		"http:e",
		"http://e",
		"https:e",
		"HTTPS://E",
		"javascript:alert(1)",
		"JaVaScRiPt:alert(1)",
		"java\nscript:alert(1)",
		"data:text/html,x",
		"mailto:a@e.test",
		"http://kit.test@e",
		"https://kit.test.e",
		"https://kit.test/account",
		"http://kit.test/account",
		"//e\u3002test",
		"/\u2028/e",
		"/%0d%0aSet-Cookie:%20id=x",
		"/%0D%0ALocation:%20//e",
		"/%5ce",
		"/%2f/e",
		"/%2fe",
		"/%2e%2e//e",
		"/..//e",
		"/a/..//e",
		"/a//b",
		"/.//e",
		"/%252fe",
		"/x%00",
		"/login",
		"/login?redirect_to=/login",
		"/LOGIN",
		"/logout",
		"/register/",
		"/verify",
		"/verify/resend",
		"/forgot-password",
		"/reset-password?user_id=1",
		"/healthz",
		"/readyz",
		"/__manifest?p=%2F",
		"/account?_data=root",
		"/account.data",
		"/%6cogin",
		"/log%49n",
		"/account%2Edata",
		"/logout/#x",
		`/${"a".repeat(5_000)}`,
	])("%j", (candidate) => {
		expect(ownPath(candidate)).toBeNull()
	})

	it("H-77: and so does what is too long, as it comes or as a header would carry it", () => {
		expect(ownPath(`/${"a".repeat(2_047)}`)).toHaveLength(2_048)
		for (const candidate of [
			`/${"a".repeat(2_048)}`,
			`/${"\u20ac".repeat(1_000)}`,
			`/?q=${"\u20ac".repeat(1_000)}`,
		])
			expect(ownPath(candidate)).toBeNull()
	})

	it("and so does what is no text", () => {
		for (const candidate of [undefined, null, 1, true, ["/account"], { toString: () => "/account" }])
			expect(ownPath(candidate)).toBeNull()
	})

	it("what is returned stays on this site, however a browser reads it", () => {
		for (const candidate of ["/a/../b", "/./c", "/?//e", "/#//e"]) {
			const target = ownPath(candidate)
			expect(new URL(String(target), "http://kit.test").origin).toBe("http://kit.test")
			expect(target).toMatch(/^\/(?!\/)/)
		}
	})
})

it("a page's own query says where to go next", () => {
	expect(requestedPath(new Request("http://kit.test/login?redirect_to=%2Faccount"))).toBe("/account")
	expect(requestedPath(new Request("http://kit.test/login"))).toBeNull()
	expect(ownPath(null)).toBeNull()
})
