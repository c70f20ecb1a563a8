import { readFileSync } from "node:fs"
import type { TestServer } from "./server"

/** What a server's process takes of the machine's memory. Needs Linux. */
export function residentMegabytes({ process }: Pick<TestServer, "process">): number {
	const status = readFileSync(`/proc/${process.pid}/status`, "utf8")
	return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024
}
