import type { IncomingHttpHeaders } from "node:http"
import type { Grant, Shown } from "../auth/backend/backend"
import { deviceCookie } from "./device-cookie.server"
import { expiredSessionCookie, findSessionToken, sessionCookie } from "./session-cookie.server"

/** What a request shows. Cookie and token are never mixed: an `Authorization` header, where sent, counts alone. */
export function shownBy(headers: IncomingHttpHeaders): Shown {
	const { authorization, cookie = "" } = headers
	return {
		cookie: authorization === undefined ? findSessionToken(cookie) : null,
		bearer: readBearerToken(authorization ?? ""),
		header: (name) => {
			const key = name.toLowerCase()
			return Object.hasOwn(headers, key) ? String(headers[key]) : null
		},
	}
}

/** What was handed out, or `"ended"`, as the cookies that it needs. */
export function cookiesOf(session: Grant | "ended" | null): string[] {
	if (session === "ended") return [expiredSessionCookie()]
	if (session?.kind !== "cookie") return []
	return [sessionCookie(session.token, session.keepUntil), deviceCookie(session.device)]
}

/** RFC 6750, 4. Null for what goes as a cookie. */
export function tokenBody(session: Grant | "ended" | null): object | null {
	if (session === "ended" || session?.kind !== "token") return null
	return { access_token: session.token, token_type: "bearer", expires_in: session.expiresInSeconds }
}

/** One scheme in any letter case, one blank, one token (RFC 9110, 11.4; RFC 6750, 2.1). */
function readBearerToken(authorization: string): string | null {
	return /^bearer ([A-Za-z0-9._~+/-]+=*)$/i.exec(authorization)?.[1] ?? null
}
