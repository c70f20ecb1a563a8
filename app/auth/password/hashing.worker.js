// @ts-check
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads"
import { checkStoredHash, makeHash } from "./stored-hash.js"

/**
 * One thread of `hashing.server.ts`. Plain JavaScript, as Node starts threads from a file and reads no TypeScript before
 * version 22. (`npm run dev` sees a change here with the next start.)
 *
 * @typedef {{ id: number, task: import("./hashing.server").HashTask }} Numbered
 */

/** @type {import("node:worker_threads").MessagePort} */
const urgentPort = workerData.urgentPort

parentPort?.on("message", (/** @type {Numbered} */ numbered) => {
	const urgent = receiveMessageOnPort(urgentPort)
	if (urgent) answer(urgent.message)
	answer(numbered)
})
urgentPort.on("message", answer)

/** @param {Numbered} numbered */
function answer({ id, task }) {
	const result =
		task.kind === "make" ? makeHash(task.password) : checkStoredHash(task.passwordHash, task.password)
	parentPort?.postMessage({ id, result })
}
