import { describe, expect, it } from "vitest"
import { en as text } from "../text/en"
import { noticeCookie, takeNotice } from "./notice.server"

function withCookie(header: string): Request {
	return new Request("http://kit.test/", { headers: { Cookie: header } })
}

describe("a notice", () => {
	it("is shown once", () => {
		const [pair = ""] = noticeCookie("signed_out").split(";")
		const notice = takeNotice(withCookie(pair))
		expect(notice?.sentence).toBe(text.notices.signed_out)
		expect(notice?.cookie).toMatch(/^notice=; .*Max-Age=0/)
	})

	it("says none but our own sentences", () => {
		for (const value of ["<b>hello</b>", "toString", "__proto__", "constructor", ""])
			expect(takeNotice(withCookie(`notice=${value}`))).toBeNull()
	})
})
