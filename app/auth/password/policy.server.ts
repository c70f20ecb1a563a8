import { config } from "../../auth.config"
import type { Fault } from "../fault"
import { findWeakness } from "./weakness.server"

/** Four bytes for each code point allowed. Checked before anything that costs time, normalisation included. */
const MAX_PASSWORD_BYTES = 1024

/** Shorter names and local parts are in too many good passwords to be told apart. */
const MIN_CONTAINED_LENGTH = 3

/** @returns whether `password` could be anybody's: of a length that is accepted anywhere, and well-formed. */
export function isReadablePassword(password: string): boolean {
	// U+FFFD stands where a form held bytes that are no text: two different passwords would become one.
	return (
		Buffer.byteLength(password) <= MAX_PASSWORD_BYTES &&
		password.isWellFormed() &&
		!password.includes("\ufffd")
	)
}

/** For a password that exists already: only what no password can be is a fault. */
export function currentPasswordFault(password: string): Fault | null {
	return isReadablePassword(password) ? null : { code: "password_unreadable" }
}

/** Whether both are one password after NFC. Only what is short enough to be one is normalised. */
export function isSamePassword(one: string, other: string): boolean {
	if (one === other) return true
	return (
		isReadablePassword(one) && isReadablePassword(other) && one.normalize("NFC") === other.normalize("NFC")
	)
}

/**
 * The policy for every path that sets a password (NIST SP 800-63B-4, 3.1.1.2: length and a blocklist, no composition
 * rules; counted in code points after NFC). {@link personalPasswordFault} is its other half.
 *
 * @returns what is wrong, or null.
 */
export function passwordFault(password: string): Fault | null {
	const { minCodePoints, maxCodePoints } = config.password
	if (Buffer.byteLength(password) > MAX_PASSWORD_BYTES) return { code: "password_too_long", maxCodePoints }
	if (!isReadablePassword(password)) return { code: "new_password_unreadable" }
	const normalized = password.normalize("NFC")
	const length = [...normalized].length
	if (length < minCodePoints) return { code: "password_too_short", minCodePoints }
	if (length > maxCodePoints) return { code: "password_too_long", maxCodePoints }
	const weakness = findWeakness(normalized)
	return weakness && { code: `password_${weakness}` }
}

/** The blocklist's context words (NIST SP 800-63B-4, 3.1.1.2): what a stranger knows of the owner. */
export function personalPasswordFault(
	password: string,
	owner: { username: string; email: string },
): Fault | null {
	// {@link passwordFault} says what is wrong with it; normalising 60 kB of marks would take seconds.
	if (!isReadablePassword(password)) return null
	const lowerCase = password.normalize("NFC").toLowerCase()
	const localPart = owner.email.slice(0, owner.email.lastIndexOf("@"))
	if (contains(lowerCase, owner.username)) return { code: "password_contains_username" }
	if (contains(lowerCase, localPart)) return { code: "password_contains_email" }
	return null
}

function contains(password: string, word: string): boolean {
	return word.length >= MIN_CONTAINED_LENGTH && password.includes(word.toLowerCase())
}
