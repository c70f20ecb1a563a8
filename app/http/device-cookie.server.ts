import { findCookie, serializeCookie } from "./cookie.server"

const COOKIE = "device"
/** As long as browsers keep any cookie (RFC 6265bis, 5.6.1). It is renewed at each sign-in. */
const LIFETIME_SECONDS = 400 * 24 * 60 * 60

/** @param marks as `auth/device.server.ts` makes them */
export function deviceCookie(marks: string): string {
	return serializeCookie(COOKIE, marks, { seconds: LIFETIME_SECONDS })
}

/**
 * @returns the marks as they were sent, unchecked, or `""`; as with a session, a program's token is not mixed with
 * cookies
 */
export function readDeviceCookie({
	cookie,
	authorization,
}: {
	cookie?: string
	authorization?: string
}): string {
	return (authorization === undefined && findCookie(cookie ?? "", COOKIE)) || ""
}
