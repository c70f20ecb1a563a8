import { randomBytes } from "node:crypto"
import { env } from "../env.server"

const ONE_YEAR_SECONDS = 365 * 24 * 60 * 60

/**
 * Headers that every answer has (OWASP ASVS 5, V3.4). Answers are private to who asked, unless a hashed asset says
 * otherwise.
 *
 * @param nonce what this page's own inline scripts and styles carry
 */
export function securityHeaders(nonce: string, requestId: string): Record<string, string> {
	return {
		"X-Request-Id": requestId,
		"Cache-Control": "no-store",
		Vary: "Accept",
		"Content-Security-Policy": contentSecurityPolicy(nonce),
		"X-Content-Type-Options": "nosniff",
		"Referrer-Policy": "same-origin",
		"Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
		"Cross-Origin-Opener-Policy": "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		...(env.https && { "Strict-Transport-Security": `max-age=${ONE_YEAR_SECONDS}; includeSubDomains` }),
	}
}

export function createNonce(): string {
	return randomBytes(16).toString("base64")
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
