import { isSignature, sign } from "../auth/signature.server"
import { config } from "../auth.config"
import { readCookie, serializeCookie } from "./cookie.server"

const COOKIE = "registration"

/** Marks the browser that registered, so that a mailed link needs no password there. The same for every address. */
export function registrationCookie(userId: string): string {
	return serializeCookie(COOKIE, registrationMark(userId), { seconds: config.verification.periodSeconds })
}

/** The same for a form's hidden field, of a page that was shown for the account's password. */
export function registrationMark(userId: string): string {
	return `${userId}.${sign("cookie/registration", userId)}`
}

/** @returns the id of the user that was registered in this browser */
export function readRegistration(request: Request): string | null {
	return userOfMark(readCookie(request, COOKIE) ?? "")
}

/** @returns null for what is no mark of ours */
export function userOfMark(mark: string): string | null {
	const [, userId = "", signature = ""] = /^([0-9a-f-]{36})\.([A-Za-z0-9_-]{43})$/.exec(mark) ?? []
	return userId && isSignature("cookie/registration", userId, signature) ? userId : null
}
