import { en as text } from "../text/en"
import { readCookie, serializeCookie } from "./cookie.server"

const COOKIE = "notice"
const LIFETIME_SECONDS = 60

/** What a page says once, after a redirect. The cookie names a sentence; it cannot bring its own. */
export type Notice = keyof typeof text.notices

export function noticeCookie(notice: Notice): string {
	return serializeCookie(COOKIE, notice, { seconds: LIFETIME_SECONDS })
}

/** @returns which it is, the sentence to show, and the cookie that makes sure it is shown once. */
export function takeNotice(request: Request): { name: Notice; sentence: string; cookie: string } | null {
	const notice = readCookie(request, COOKIE)
	if (!notice || !Object.hasOwn(text.notices, notice)) return null
	const name = notice as Notice
	return { name, sentence: text.notices[name], cookie: serializeCookie(COOKIE, "", { seconds: 0 }) }
}
