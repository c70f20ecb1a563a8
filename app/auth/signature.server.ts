import { createHash, createHmac, hkdfSync, timingSafeEqual } from "node:crypto"
import { env } from "../env.server"

/** What is signed. Each purpose has a key of its own, so that what is signed for one is worthless for another. */
export type SignaturePurpose =
	| "link/verify"
	| "link/reset"
	| "link/email_change"
	| "cookie/registration"
	| "cookie/device"
	| "cookie/mailed"
	| "cookie/username"
	| "limit"

/** @returns HMAC-SHA256 by the first secret, as 43 base64url characters */
export function sign(purpose: SignaturePurpose, message: string): string {
	return signBy(env.secrets[0], purpose, message)
}

/** Whether any of the secrets made this signature. */
export function isSignature(purpose: SignaturePurpose, message: string, signature: string): boolean {
	return env.secrets.some((secret) => isEqual(signature, signBy(secret, purpose, message)))
}

type SigningKey = {
	/** Tells which secret it was derived from, and nothing about it. */ id: string
	key: Buffer
}

/** One key of 256 bits per secret, for what signs by itself. The first one signs, all of them verify. */
export function signingKeys(purpose: "jwt"): [SigningKey, ...SigningKey[]] {
	const [first, ...older] = env.secrets
	return [signingKey(first, purpose), ...older.map((secret) => signingKey(secret, purpose))]
}

function signingKey(secret: string, purpose: "jwt"): SigningKey {
	const key = deriveKey(secret, purpose)
	return { id: createHash("sha256").update(key).digest("base64url").slice(0, 16), key }
}

function signBy(secret: string, purpose: SignaturePurpose, message: string): string {
	return createHmac("sha256", deriveKey(secret, purpose)).update(message).digest("base64url")
}

/** Derived once, by secret and purpose: both are few, and neither comes from a client. */
const derivedKeys = new Map<string, Buffer>()

/** One key per purpose from one secret (HKDF, RFC 5869). */
function deriveKey(secret: string, purpose: SignaturePurpose | "jwt"): Buffer {
	const name = `${purpose} ${secret}`
	const known = derivedKeys.get(name)
	if (known) return known
	const key = Buffer.from(hkdfSync("sha256", secret, "", `gatehouse/${purpose}`, 32))
	derivedKeys.set(name, key)
	return key
}

function isEqual(a: string, b: string): boolean {
	const [left, right] = [Buffer.from(a), Buffer.from(b)]
	return left.length === right.length && timingSafeEqual(left, right)
}
