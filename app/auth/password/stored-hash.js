// @ts-check
import { pbkdf2Sync, scryptSync, timingSafeEqual } from "node:crypto"
import { hashSync, verifySync } from "@node-rs/argon2"
import { compareSync } from "bcryptjs"

/** OWASP Password Storage Cheat Sheet: argon2id (2 in the library's enum), 19 MiB, 2 passes, 1 lane. */
const ARGON2ID = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 }
const OWN_PREFIX = `$argon2id$v=19$m=${ARGON2ID.memoryCost},t=${ARGON2ID.timeCost},p=${ARGON2ID.parallelism}$`

/** A hash that no password has: checked where there is no account, so that the answer takes as long. */
const NOBODYS_HASH = `${OWN_PREFIX}Z2F0ZWhvdXNlLW5vYm9keQ$q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA`

/** What a stored hash may cost. A row that asks for more could hold a thread, or the machine's memory, for as long as it likes. */
const MAX_ARGON2 = { memoryCost: 262_144, timeCost: 10, parallelism: 16 }
const MAX_PBKDF2_ROUNDS = 2_000_000
const MAX_BCRYPT_COST = 14
/** Every form that is known here is shorter. */
const MAX_LENGTH = 512
/** better-auth and Lucia. Node refuses these parameters within its own default of memory. */
const SCRYPT = { N: 16_384, r: 16, p: 1, maxmem: 64 * 1024 * 1024 }

const ARGON2_COST = /^\$argon2(?:id|i|d)\$v=19\$m=(\d{1,9}),t=(\d{1,9}),p=(\d{1,9})\$/
const ARGON2 = /^\$argon2(?:id|i|d)\$v=19\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{16,171}$/
const PBKDF2 = /^pbkdf2_sha256\$(\d{1,9})\$([^$]{1,128})\$([^$]{44}|[0-9a-f]{64})$/
const BCRYPT = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/
const SCRYPT_HASH = /^(?:s2:)?([0-9A-Za-z]{16,64}):([0-9a-f]{128})$/

/**
 * @typedef {object} Checked
 * @property {boolean} right whether it is the password
 * @property {boolean} outdated whether it should be hashed anew, as we do it today
 * @property {boolean} unusable whether what is stored is no hash that can be checked
 */

/** @param {string} password @returns {string} a PHC string */
export function makeHash(password) {
	return hashSync(password.normalize("NFC"), ARGON2ID)
}

/**
 * Checks a password against a hash of ours, or one that came from another system. It takes as long as one of ours also
 * where there is none, where it cannot be used, and where the other system's is cheaper.
 *
 * @param {string | null} stored
 * @param {string} password as it was typed
 * @returns {Checked}
 */
export function checkStoredHash(stored, password) {
	// SQLite keeps bytes in a column of text, where somebody wrote such.
	const isText = typeof stored === "string" && stored.length <= MAX_LENGTH
	if (isText && stored.startsWith(OWN_PREFIX)) return checkOwn(stored, password)
	const started = performance.now()
	const right = isText ? checkForeign(stored, password) : null
	if (right === null) verifySync(NOBODYS_HASH, password.normalize("NFC"))
	else waitUntil(started + ownMilliseconds())
	return { right: right ?? false, outdated: right === true, unusable: stored !== null && right === null }
}

/**
 * Whether a hash of another system has a form that can be checked, at a price that is paid.
 *
 * @param {string} stored
 */
export function isKnownHash(stored) {
	if (ARGON2.test(stored)) return isCheapArgon2(stored)
	return isCheapPbkdf2(stored) || isCheapBcrypt(stored) || SCRYPT_HASH.test(stored)
}

/** @param {string} stored @param {string} password @returns {Checked} */
function checkOwn(stored, password) {
	try {
		return { right: verifySync(stored, password.normalize("NFC")), outdated: false, unusable: false }
	} catch {
		// If it is not the stored hash that fails, it fails here again.
		verifySync(NOBODYS_HASH, password.normalize("NFC"))
		return { right: false, outdated: false, unusable: true }
	}
}

/** @param {string} stored @param {string} password @returns {boolean | null} null for what is no hash that can be checked */
function checkForeign(stored, password) {
	if (stored.startsWith("$argon2")) return checkArgon2(stored, password)
	if (stored.startsWith("pbkdf2_sha256$")) return checkPbkdf2(stored, password)
	if (/^\$2[aby]\$/.test(stored)) return checkBcrypt(stored, password)
	return checkScrypt(stored, password)
}

/** Of other parameters: fastapi-users, or ours of another day. @param {string} stored @param {string} password */
function checkArgon2(stored, password) {
	if (!isCheapArgon2(stored)) return null
	try {
		// Ours were made of the normalised password, others of what was typed.
		const normalized = password.normalize("NFC")
		return verifySync(stored, normalized) || (normalized !== password && verifySync(stored, password))
	} catch {
		return null
	}
}

/** Django keeps the digest as base64, piccolo as hex; the prefix is the same. @param {string} stored @param {string} password */
function checkPbkdf2(stored, password) {
	const [, rounds, salt, digest] = PBKDF2.exec(stored) ?? []
	if (!rounds || !salt || !digest || !isCheapPbkdf2(stored)) return null
	const expected = Buffer.from(digest, digest.length === 64 ? "hex" : "base64")
	return isEqual(pbkdf2Sync(password, salt, Number(rounds), 32, "sha256"), expected)
}

/** fastapi-users of old, Auth0, Supabase, Devise, Laravel (whose `$2y$` is `$2b$`). @param {string} stored @param {string} password */
function checkBcrypt(stored, password) {
	if (!isCheapBcrypt(stored)) return null
	// Some bcrypts end the password at a NUL: what follows would not count.
	if (password.includes("\0")) return false
	return compareSync(password, stored.replace("$2y$", "$2b$"))
}

/** better-auth, and Lucia (whose second version wrote `s2:` before it). @param {string} stored @param {string} password */
function checkScrypt(stored, password) {
	const [, salt, key] = SCRYPT_HASH.exec(stored) ?? []
	if (!salt || !key) return null
	return isEqual(scryptSync(password.normalize("NFKC"), salt, 64, SCRYPT), Buffer.from(key, "hex"))
}

/** @param {string} stored */
function isCheapArgon2(stored) {
	const [, m, t, p] = ARGON2_COST.exec(stored) ?? []
	const { memoryCost, timeCost, parallelism } = MAX_ARGON2
	return Boolean(m) && Number(m) <= memoryCost && Number(t) <= timeCost && Number(p) <= parallelism
}

/** @param {string} stored */
function isCheapPbkdf2(stored) {
	const [, rounds] = PBKDF2.exec(stored) ?? []
	return Number(rounds) >= 1 && Number(rounds) <= MAX_PBKDF2_ROUNDS
}

/** @param {string} stored */
function isCheapBcrypt(stored) {
	const [, cost] = BCRYPT.exec(stored) ?? []
	return Number(cost) >= 4 && Number(cost) <= MAX_BCRYPT_COST
}

/** @param {Buffer} one @param {Buffer} other */
function isEqual(one, other) {
	return one.length === other.length && timingSafeEqual(one, other)
}

/** @type {number | undefined} */
let measured

/** What one hash of ours takes on this machine. */
function ownMilliseconds() {
	if (measured !== undefined) return measured
	const started = performance.now()
	verifySync(NOBODYS_HASH, "")
	measured = performance.now() - started
	return measured
}

/** Blocks the thread: that it has nothing to do must not show either. @param {number} moment */
function waitUntil(moment) {
	const milliseconds = moment - performance.now()
	if (milliseconds > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}
