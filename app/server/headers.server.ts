import { randomFillSync } from "node:crypto"
import type { AppLoadContext } from "@remix-run/node"
import { env } from "../env.server"

const ONE_YEAR_SECONDS = 365 * 24 * 60 * 60

const NONCE = "<nonce>"

/**
 * Headers that every answer has (OWASP ASVS 5, V3.4). Answers are private to whoever asked, unless a hashed asset says
 * otherwise.
 *
 * @param nonce what this page's own inline scripts and styles carry
 */
export function securityHeaders(nonce: string, requestId: string): [name: string, value: string][] {
	return [["X-Request-Id", requestId], contentSecurityPolicy(nonce), ...sameForAll]
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

const NONCE_BYTES = 16
/** Random bytes, each used once: asking the system for many at a time costs a request next to nothing. */
const pool = Buffer.alloc(NONCE_BYTES * 256)
let used = pool.length

export function createNonce(): string {
	if (used === pool.length) {
		randomFillSync(pool)
		used = 0
	}
	used += NONCE_BYTES
	return pool.toString("base64", used - NONCE_BYTES, used)
}

// Vite's development client puts styles into the page and talks over a socket.
const development = !env.production && import.meta.env.DEV
const ownSources = {
	"default-src": "'none'",
	"script-src": `'self' 'nonce-${NONCE}'`,
	"style-src": `'self' ${development ? "'unsafe-inline'" : `'nonce-${NONCE}'`}`,
	"img-src": "'self' data:",
	"font-src": "'self'",
	"connect-src": `'self'${development ? " ws:" : ""}`,
	"manifest-src": "'self'",
	"form-action": "'self'",
	"base-uri": "'none'",
	"frame-ancestors": "'none'",
}
const ownPolicy = policyOf(ownSources)

type Sources = Parameters<AppLoadContext["admit"]>[0]

/** @param sources what else the page may load, such as a captcha's script */
export function contentSecurityPolicy(nonce: string, sources?: Sources): [name: string, value: string] {
	const text = sources ? policyOf(widened(sources)) : ownPolicy
	return ["Content-Security-Policy", text.replaceAll(NONCE, nonce)]
}

function widened(sources: Sources): Record<string, string> {
	const policy: Record<string, string> = { ...ownSources }
	for (const [directive, more] of Object.entries(sources))
		policy[directive] = [policy[directive], ...more].filter(Boolean).join(" ")
	return policy
}

function policyOf(sources: Record<string, string>): string {
	return Object.entries(sources)
		.map(([directive, list]) => `${directive} ${list}`)
		.join("; ")
}
