// @ts-check
import { parentPort } from "node:worker_threads"
import { checkStoredHash, makeHash } from "./stored-hash.js"

/**
 * One thread of `hashing.server.ts`. Plain JavaScript, as Node starts threads from a file and reads no TypeScript before
 * version 22. (`npm run dev` sees a change here with the next start.)
 */
parentPort?.on("message", (/** @type {import("./hashing.server").HashTask} */ task) =>
	parentPort?.postMessage(
		task.kind === "make" ? makeHash(task.password) : checkStoredHash(task.passwordHash, task.password),
	),
)
