import { readFileSync } from "node:fs"
import type { TestServer } from "./server"

/** Whether this system tells what one thread of a process has used. */
export const tellsThreadTime = process.platform === "linux"

/**
 * What the server's event loop has worked since its start, in milliseconds of processor time. Unlike the time that
 * passes, it does not grow with what else runs on the machine; threads that hash are not in it.
 */
export function eventLoopMs({ process: { pid } }: TestServer): number {
	const [nanoseconds] = readFileSync(`/proc/${pid}/task/${pid}/schedstat`, "utf8").split(" ")
	return Number(nanoseconds) / 1e6
}
