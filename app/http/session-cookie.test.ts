import { describe, expect, it } from "vitest"
import { config } from "../auth.config"
import { expiredSessionCookie, findSessionToken, sessionCookie } from "./session-cookie.server"

const token = "abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJ_01234"
const other = "B".repeat(43)
const { cookieName: NAME } = config.session

describe("reading the session cookie", () => {
	it("finds the token", () => {
		expect(token).toHaveLength(43)
		expect(findSessionToken(`${NAME}=${token}`)).toBe(token)
		expect(findSessionToken("")).toBeNull()
	})

	it.for([
		`foo=%E0%A4%A; ${NAME}=${token}`,
		`foo;${NAME}=${token}`,
		`=x; ${NAME}=${token}`,
		`a=b=c; ${NAME}=${token}`,
		`;;; ${NAME}=${token} ;`,
		`${NAME}="${token}"`,
		`${Array.from({ length: 200 }, (_, index) => `c${index}=v`).join("; ")}; ${NAME}=${token}`,
	])("H-16: a broken cookie beside the good one does no harm: %s", (header) => {
		expect(findSessionToken(header)).toBe(token)
	})

	it("H-16: of several the first one wins", () => {
		expect(findSessionToken(`${NAME}=${token}; ${NAME}=${other}`)).toBe(token)
		expect(findSessionToken(`${NAME}=broken; ${NAME}=${other}`)).toBeNull()
	})

	it.for([
		`%69d=${token}`,
		`ID=${token}`,
		`__Host-id=${token}`,
		`xid=${token}`,
		`id =${token}x`,
		`notice=${token}`,
	])("H-17: only the exact name counts: %s", (header) => {
		expect(findSessionToken(header)).toBeNull()
	})

	it.for([
		"",
		"a",
		"a".repeat(42),
		"a".repeat(44),
		`${"a".repeat(42)}=`,
		`${"a".repeat(42)}%`,
		"a".repeat(8_000),
	])("H-16: a value that is no token is nobody: %s", (value) => {
		expect(findSessionToken(`${NAME}=${value}`)).toBeNull()
	})
})

describe("writing cookies", () => {
	it("lasts until the browser closes, or until a moment", () => {
		expect(sessionCookie(token, null)).toBe(`${NAME}=${token}; Path=/; HttpOnly; SameSite=Lax`)
		const until = new Date("2026-01-01T12:00:00Z")
		expect(sessionCookie(token, until)).toBe(
			`${NAME}=${token}; Path=/; HttpOnly; SameSite=Lax; Expires=Thu, 01 Jan 2026 12:00:00 GMT`,
		)
		expect(expiredSessionCookie()).toBe(`${NAME}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0`)
	})
})
