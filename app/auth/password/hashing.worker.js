// @ts-check
import { parentPort } from "node:worker_threads"
import { hashSync, verifySync } from "@node-rs/argon2"

/** OWASP Password Storage Cheat Sheet: argon2id (2 in the library's enum), 19 MiB, 2 passes, 1 lane. */
const ARGON2ID = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** A hash that no password has: checked where there is no account, so that the answer takes as long. */
const NOBODYS_HASH = `$argon2id$v=19$m=${ARGON2ID.memoryCost},t=${ARGON2ID.timeCost},p=${ARGON2ID.parallelism}$Z2F0ZWhvdXNlLW5vYm9keQ$q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA`

/**
 * One thread of `hashing.server.ts`. Plain JavaScript, as Node starts threads from a file and reads no TypeScript before
 * version 22. (`npm run dev` sees a change here with the next start.)
 */
parentPort?.on("message", (/** @type {import("./hashing.server").HashTask} */ task) =>
	parentPort?.postMessage(task.kind === "make" ? hashSync(task.password, ARGON2ID) : check(task)),
)

/** @param {{ passwordHash: string | null, password: string }} task */
function check({ passwordHash, password }) {
	try {
		return verifySync(passwordHash ?? NOBODYS_HASH, password) && passwordHash !== null
	} catch {
		// What is stored is no hash; if it is something else that fails, it fails here again.
		verifySync(NOBODYS_HASH, password)
		return false
	}
}
