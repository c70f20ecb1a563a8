import { execFile } from "node:child_process"
import { promisify } from "node:util"

/**
 * Builds what `copyProject` gave. Whoever waits goes on answering meanwhile: a test's process that is silent for a
 * minute counts as dead, and on a slow machine a build takes longer.
 */
export async function buildCopy(folder: string): Promise<void> {
	await promisify(execFile)("node", ["bin/setup.mjs", "--build"], { cwd: folder })
}
