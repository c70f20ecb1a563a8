import type { Answer } from "./client"

const VARYING = /^(?:date|x-request-id|content-length|set-cookie)$/

/**
 * All of an answer that somebody could tell two cases apart by, without what differs from request to request: its id,
 * the date, nonces, signatures, and what was typed.
 */
export function comparable({ status, headers, text, cookies }: Answer, typed: string[]) {
	const nonce = /'nonce-([^']+)'/.exec(headers.get("Content-Security-Policy") ?? "")?.[1] ?? ""
	const without = (value: string) =>
		[nonce, ...typed]
			.filter(Boolean)
			.reduce((rest, own) => rest.replaceAll(own, "OWN"), value)
			.replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "ID")
	return {
		status,
		headers: [...headers]
			.filter(([name]) => !VARYING.test(name))
			.map(([name, value]) => [name, without(value)]),
		// A value that is signed is as long for everybody.
		cookies: cookies.map((cookie) =>
			cookie.replace(/=([^;]*)/, (_, value: string) => `=${value.length} characters`),
		),
		text: without(text),
	}
}
