import { isSignature, sign } from "../auth/signature.server"
import { config } from "../auth.config"
import { readCookie, serializeCookie } from "./cookie.server"

const COOKIE = "registration"

/** Marks the browser that registered, so that a mailed link needs no password there. The same for every address. */
export function registrationCookie(userId: string): string {
	const value = `${userId}.${sign("cookie/registration", userId)}`
	return serializeCookie(COOKIE, value, { seconds: config.verification.periodSeconds })
}

/** @returns the id of the user that was registered in this browser */
export function readRegistration(request: Request): string | null {
	const [, userId = "", signature = ""] =
		/^([0-9a-f-]{36})\.([A-Za-z0-9_-]{43})$/.exec(readCookie(request, COOKIE) ?? "") ?? []
	return userId && isSignature("cookie/registration", userId, signature) ? userId : null
}
