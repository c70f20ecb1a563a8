import { config } from "../auth.config"
import { env } from "../env.server"

/** The prefix makes browsers refuse the cookie from a sibling domain or over http (RFC 6265bis, 4.1.3.2). */
const PREFIX = env.https ? "__Host-" : ""
const SESSION = PREFIX + config.session.cookieName
const NOTICE = `${PREFIX}notice`
const NOTICE_SECONDS = 60

/** Sentences that a page shows once, after a redirect. The cookie names one; it cannot bring its own. */
const notices = {
	registered: "Almost there: we have sent you a mail. Open its link to confirm your address, then sign in.",
	registered_without_mail: "Your account is ready. Sign in.",
	verified: "Your address is confirmed. You can sign in now.",
	resent: "If an account with this address still needs it, a new link is on its way.",
	signed_out: "You are signed out.",
} as const

export type Notice = keyof typeof notices

/** With an `Authorization` header, cookies do not count: who sends one wants to be known by it alone. */
export function readSessionToken(request: Request): string | null {
	if (request.headers.has("Authorization")) return null
	const token = readCookie(request, SESSION)
	return token && /^[A-Za-z0-9_-]{43}$/.test(token) ? token : null
}

/** @param until the cookie outlives the browser until then; without it, it ends when the browser closes. */
export function sessionCookie(token: string, until: Date | null): string {
	return serialize(SESSION, token, until ? `; Expires=${until.toUTCString()}` : "")
}

export function expiredSessionCookie(): string {
	return serialize(SESSION, "", "; Max-Age=0")
}

export function noticeCookie(notice: Notice): string {
	return serialize(NOTICE, notice, `; Max-Age=${NOTICE_SECONDS}`)
}

/** @returns the sentence to show, and the cookie that makes sure it is shown once. */
export function takeNotice(request: Request): { sentence: string; cookie: string } | null {
	const notice = readCookie(request, NOTICE)
	if (!notice || !Object.hasOwn(notices, notice)) return null
	return { sentence: notices[notice as Notice], cookie: serialize(NOTICE, "", "; Max-Age=0") }
}

function serialize(name: string, value: string, lifetime: string): string {
	return `${name}=${value}; Path=/; HttpOnly; SameSite=Lax${env.https ? "; Secure" : ""}${lifetime}`
}

/**
 * Only the exact name counts, nothing is decoded, and of several the first one wins: an encoded, differently cased or
 * broken cookie beside ours neither passes for it nor hides it.
 */
function readCookie(request: Request, name: string): string | null {
	for (const pair of (request.headers.get("Cookie") ?? "").split(";")) {
		// Not trim(): to a browser U+00A0 is part of a name, so a sibling domain could set "\u00a0__Host-id" past the prefix.
		const [key, ...value] = pair.replace(/^[ \t]+|[ \t]+$/g, "").split("=")
		// Without "=" it is a cookie without a name, whose value happens to be ours (RFC 6265bis, 5.7).
		if (key === name && value.length > 0) return value.join("=").replace(/^"(.*)"$/, "$1")
	}
	return null
}
