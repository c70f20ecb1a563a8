import { dictionary } from "@zxcvbn-ts/language-common"
import { config } from "../../auth.config"
import { checkHash, makeHash } from "./hashing.server"
import type { Refusal } from "../refusal"

/** Four bytes for each code point allowed. Checked before anything that costs time, normalisation included. */
const MAX_PASSWORD_BYTES = 1024

/** Shorter names and local parts are in too many good passwords to be told apart. */
const MIN_CONTAINED_LENGTH = 3

const mostCommon = new Set(dictionary["passwords-common"].slice(0, config.password.refuseMostCommon))

/** @returns whether `password` could be anybody's: of a length that is accepted anywhere, and well-formed. */
export function isReadablePassword(password: string): boolean {
	// U+FFFD stands where a form held bytes that are no text: two different passwords would become one.
	return (
		Buffer.byteLength(password) <= MAX_PASSWORD_BYTES &&
		password.isWellFormed() &&
		!password.includes("\ufffd")
	)
}

/**
 * The policy for every path that sets a password (NIST SP 800-63B-4, 3.1.1.2: length and a blocklist, no composition
 * rules; counted in code points after NFC). {@link personalPasswordFault} is its other half.
 *
 * @returns the sentence that says what is wrong, or null.
 */
export function passwordFault(password: string): string | null {
	const { minCodePoints, maxCodePoints } = config.password
	if (Buffer.byteLength(password) > MAX_PASSWORD_BYTES) return `Use at most ${maxCodePoints} characters.`
	if (!isReadablePassword(password)) return "Use characters that can be typed."
	const normalized = password.normalize("NFC")
	const length = [...normalized].length
	if (length < minCodePoints) return `Use at least ${minCodePoints} characters.`
	if (length > maxCodePoints) return `Use at most ${maxCodePoints} characters.`
	if (mostCommon.has(normalized.toLowerCase()))
		return "This password is among the most common ones. Choose another."
	return null
}

/** The blocklist's context words (NIST SP 800-63B-4, 3.1.1.2): what a stranger knows of the owner. */
export function personalPasswordFault(
	password: string,
	owner: { username: string; email: string },
): string | null {
	// {@link passwordFault} says what is wrong with it; normalising 60 kB of marks would take seconds.
	if (!isReadablePassword(password)) return null
	const lowerCase = password.normalize("NFC").toLowerCase()
	const localPart = owner.email.slice(0, owner.email.lastIndexOf("@"))
	if (contains(lowerCase, owner.username)) return "Choose a password that does not contain your user name."
	if (contains(lowerCase, localPart))
		return "Choose a password that does not contain the name in your e-mail address."
	return null
}

function contains(password: string, word: string): boolean {
	return word.length >= MIN_CONTAINED_LENGTH && password.includes(word.toLowerCase())
}

/** @returns a PHC string, or the refusal `overloaded`. */
export async function hashPassword(password: string, signal?: AbortSignal): Promise<string | Refusal> {
	return makeHash(password.normalize("NFC"), signal)
}

/**
 * Costs one hash, whatever it is given: `null` stands for an account that does not exist.
 * @returns whether it is the password, or the refusal `overloaded`.
 */
export async function verifyPassword(
	passwordHash: string | null,
	password: string,
	signal?: AbortSignal,
): Promise<boolean | Refusal> {
	return checkHash(passwordHash, password.normalize("NFC"), signal)
}
