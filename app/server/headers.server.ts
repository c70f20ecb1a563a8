import { randomBytes } from "node:crypto"
import { env } from "../env.server"

const ONE_YEAR_SECONDS = 365 * 24 * 60 * 60

const NONCE = "<nonce>"

/**
 * Headers that every answer has (OWASP ASVS 5, V3.4). Answers are private to who asked, unless a hashed asset says
 * otherwise.
 *
 * @param nonce what this page's own inline scripts and styles carry
 */
export function securityHeaders(nonce: string, requestId: string): [name: string, value: string][] {
	return [
		["X-Request-Id", requestId],
		["Content-Security-Policy", contentSecurityPolicy.replaceAll(NONCE, nonce)],
		...sameForAll,
	]
}

const sameForAll: [name: string, value: string][] = [
	["Cache-Control", "no-store"],
	["Vary", "Accept"],
	["X-Content-Type-Options", "nosniff"],
	["Referrer-Policy", "same-origin"],
	["Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"],
	["Cross-Origin-Opener-Policy", "same-origin"],
	["Cross-Origin-Resource-Policy", "same-origin"],
]
if (env.https)
	sameForAll.push(["Strict-Transport-Security", `max-age=${ONE_YEAR_SECONDS}; includeSubDomains`])

export function createNonce(): string {
	return randomBytes(16).toString("base64")
}

// Vite's development client puts styles into the page and talks over a socket.
const development = !env.production && import.meta.env.DEV
const contentSecurityPolicy = [
	"default-src 'none'",
	`script-src 'self' 'nonce-${NONCE}'`,
	`style-src 'self' ${development ? "'unsafe-inline'" : `'nonce-${NONCE}'`}`,
	"img-src 'self' data:",
	"font-src 'self'",
	`connect-src 'self'${development ? " ws:" : ""}`,
	"manifest-src 'self'",
	"form-action 'self'",
	"base-uri 'none'",
	"frame-ancestors 'none'",
].join("; ")
