import { randomBytes } from "node:crypto"
import type { ServerResponse } from "node:http"
import { env } from "../env.server"

const ONE_YEAR_SECONDS = 365 * 24 * 60 * 60

/**
 * Headers that every answer has (OWASP ASVS 5, V3.4). Answers are private to who asked, unless a hashed asset says
 * otherwise.
 *
 * @returns the nonce that this page's own inline scripts and styles carry
 */
export function setSecurityHeaders(response: ServerResponse, requestId: string): string {
	const nonce = randomBytes(16).toString("base64")
	response.setHeader("X-Request-Id", requestId)
	response.setHeader("Cache-Control", "no-store")
	response.setHeader("Vary", "Accept")
	response.setHeader("Content-Security-Policy", contentSecurityPolicy(nonce))
	response.setHeader("X-Content-Type-Options", "nosniff")
	response.setHeader("Referrer-Policy", "same-origin")
	response.setHeader("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
	response.setHeader("Cross-Origin-Opener-Policy", "same-origin")
	response.setHeader("Cross-Origin-Resource-Policy", "same-origin")
	if (env.https)
		response.setHeader("Strict-Transport-Security", `max-age=${ONE_YEAR_SECONDS}; includeSubDomains`)
	return nonce
}

function contentSecurityPolicy(nonce: string): string {
	// Vite's development client puts styles into the page and talks over a socket.
	const development = !env.production && import.meta.env.DEV
	return [
		"default-src 'none'",
		`script-src 'self' 'nonce-${nonce}'`,
		`style-src 'self' ${development ? "'unsafe-inline'" : `'nonce-${nonce}'`}`,
		"img-src 'self' data:",
		"font-src 'self'",
		`connect-src 'self'${development ? " ws:" : ""}`,
		"manifest-src 'self'",
		"form-action 'self'",
		"base-uri 'none'",
		"frame-ancestors 'none'",
	].join("; ")
}
