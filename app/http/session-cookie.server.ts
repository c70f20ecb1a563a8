import { config } from "../auth.config"
import { findCookie, serializeCookie } from "./cookie.server"

const { cookieName } = config.session

/** @param header what was sent as `Cookie` */
export function findSessionToken(header: string): string | null {
	const token = findCookie(header, cookieName)
	return token && /^[A-Za-z0-9_-]{43}$/.test(token) ? token : null
}

/** @param until the cookie outlives the browser until then; without it, it ends when the browser closes. */
export function sessionCookie(token: string, until: Date | null): string {
	return serializeCookie(cookieName, token, until ? { until } : {})
}

export function expiredSessionCookie(): string {
	return serializeCookie(cookieName, "", { seconds: 0 })
}
