import { availableParallelism } from "node:os"
import { hash, verify } from "@node-rs/argon2"
import { dictionary } from "@zxcvbn-ts/language-common"
import { config } from "../auth.config"
import { env } from "../env.server"
import { type Refusal, refusal } from "./refusal"

/** OWASP Password Storage Cheat Sheet: argon2id (2 in the library's enum), 19 MiB, 2 passes, 1 lane. */
const ARGON2ID = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** A hash that no password has: checked where there is no account, so that the answer takes as long. */
const NOBODYS_HASH =
	"$argon2id$v=19$m=19456,t=2,p=1$Z2F0ZWhvdXNlLW5vYm9keQ$q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA"

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
export async function hashPassword(password: string, signal?: AbortSignal) {
	return throughGate(() => hash(password.normalize("NFC"), ARGON2ID), signal)
}

/**
 * Costs one hash, whatever it is given: `null` stands for an account that does not exist.
 * @returns whether it is the password, or the refusal `overloaded`.
 */
export async function verifyPassword(passwordHash: string | null, password: string, signal?: AbortSignal) {
	const normalized = password.normalize("NFC")
	return throughGate(async () => {
		try {
			return (await verify(passwordHash ?? NOBODYS_HASH, normalized)) && passwordHash !== null
		} catch {
			await verify(NOBODYS_HASH, normalized)
			return false
		}
	}, signal)
}

/**
 * Hashing runs in libuv's thread pool, which file access and DNS need too: one thread is always left to them. More
 * hashes at once than processors would not be faster, but keep everything else waiting.
 */
const MAX_CONCURRENT_HASHES = Math.max(1, Math.min(availableParallelism(), env.threadPoolSize - 1))
const RETRY_AFTER_SECONDS = 2

let running = 0
const waiting: (() => void)[] = []

async function throughGate<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T | Refusal> {
	if (running >= MAX_CONCURRENT_HASHES) {
		if (waiting.length >= config.password.maxWaitingHashes)
			return refusal("overloaded", { retryAfterSeconds: RETRY_AFTER_SECONDS })
		await turn(signal)
	} else running++
	try {
		return await work()
	} finally {
		const next = waiting.shift()
		if (next) next()
		else running--
	}
}

/** Resolves when a running hash hands its place over; rejects, and gives the place in the queue up, when aborted. */
function turn(signal?: AbortSignal): Promise<void> {
	return new Promise((resolve, reject) => {
		signal?.throwIfAborted()
		const start = () => {
			signal?.removeEventListener("abort", leave)
			resolve()
		}
		const leave = () => {
			waiting.splice(waiting.indexOf(start), 1)
			reject(signal?.reason)
		}
		signal?.addEventListener("abort", leave, { once: true })
		waiting.push(start)
	})
}
