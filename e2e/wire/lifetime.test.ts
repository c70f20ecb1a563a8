import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"

const PATIENCE = { timeout: 60_000, interval: 250 }

/** Every process that this one started, directly or not, as Linux tells it. */
function descendantsOf(pid: number): { pid: number; command: string }[] {
	const numbers = readdirSync("/proc").filter((name) => /^\d+$/.test(name))
	const children = numbers.filter((name) => parentOf(name) === pid).map(Number)
	return children.flatMap((child) => [
		{ pid: child, command: read(`/proc/${child}/cmdline`).replaceAll("\0", " ") },
		...descendantsOf(child),
	])
}

function parentOf(pid: string | number): number {
	return Number(/\) \w (\d+)/.exec(read(`/proc/${pid}/stat`))?.[1])
}

/** Nothing, if the process has ended meanwhile. */
function read(file: string): string {
	try {
		return readFileSync(file, "utf8")
	} catch {
		return ""
	}
}

const isAlive = (pid: number) => /\) [^ZX]/.test(read(`/proc/${pid}/stat`))

describe.runIf(existsSync("/proc/self/stat"))("a run of the tests that does not come to its end", () => {
	it.each(["SIGINT", "SIGTERM", "SIGKILL"] as const)(
		"by %s leaves no server, and no folder that it could remove",
		async (signal) => {
			const TMPDIR = mkdtempSync(join(tmpdir(), "interrupted-"))
			const TEST_RESULTS = mkdtempSync(join(tmpdir(), "interrupted-results-"))
			const env: NodeJS.ProcessEnv = { ...process.env, TMPDIR, TEST_RESULTS, GATEHOUSE_TEST_FOLDER: "" }
			const run = spawn(process.execPath, ["bin/test.mjs", "wire/limits-flood"], { env, stdio: "ignore" })
			const ended = once(run, "exit")
			const started = () => descendantsOf(run.pid ?? 0)
			const servers = () => started().filter(({ command }) => command.includes("bin/start.mjs"))
			await expect.poll(servers, PATIENCE).not.toEqual([])
			const all = started()
			expect(all.length).toBeGreaterThan(2)
			run.kill(signal)
			await ended
			await expect.poll(() => all.filter(({ pid }) => isAlive(pid)), PATIENCE).toEqual([])
			if (signal !== "SIGKILL") expect(readdirSync(TMPDIR)).toEqual([])
		},
		150_000,
	)
})
