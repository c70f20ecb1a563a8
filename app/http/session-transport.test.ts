import { expect, it } from "vitest"
import { config } from "../auth.config"
import { wholeCookieName } from "./cookie.server"
import { shownBy } from "./session-transport.server"

const token = "a".repeat(43)
const cookie = `${wholeCookieName(config.session.cookieName)}=${token}`

it("a token in the header stands for itself, and a cookie beside it for nothing", () => {
	expect(shownBy({ cookie })).toMatchObject({ cookie: token, bearer: null })
	expect(shownBy({ cookie, authorization: `Bearer ${token}` })).toMatchObject({ cookie: null, bearer: token })
	expect(shownBy({ cookie, authorization: "Basic x" })).toMatchObject({ cookie: null, bearer: null })
})

it("a back end of a fork's own may look at any header", () => {
	const { header } = shownBy({ "x-api-key": "k", "set-cookie": ["a=1", "b=2"] })
	expect(["X-Api-Key", "set-cookie", "x-none", "constructor"].map(header)).toEqual([
		"k",
		"a=1,b=2",
		null,
		null,
	])
})
