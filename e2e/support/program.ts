import { execFileSync, spawn } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { delimiter, join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { fileURLToPath } from "node:url"

/** A server of somebody else's that a test runs. It also ends when this process does. */
export type Program = {
	/** To it alone: `SIGSTOP` makes it hang, `SIGCONT` lets it go on. Needs Linux. */
	signal: (signal: NodeJS.Signals) => void
	end: () => Promise<void>
}

const START_TIMEOUT_MS = 20_000

export async function startProgram(
	command: string,
	parameters: string[],
	{
		isReady,
		endBy,
		cwd,
		uid,
		gid,
	}: { isReady: () => Promise<boolean>; endBy: NodeJS.Signals; cwd: string; uid?: number; gid?: number },
): Promise<Program> {
	const runner = fileURLToPath(new URL("./run-program.mjs", import.meta.url))
	const child = spawn(process.execPath, [runner, command, ...parameters], {
		cwd,
		env: { ...process.env, RUN_AS: uid === undefined ? "" : `${uid}:${gid}`, END_BY: endBy },
		stdio: ["pipe", "pipe", "pipe"],
	})
	const exited = new Promise((resolve) => child.once("exit", resolve))
	let output = ""
	for (const stream of [child.stdout, child.stderr])
		stream.on("data", (chunk) => {
			output += chunk
		})
	for (const deadline = Date.now() + START_TIMEOUT_MS; !(await isReady()); await pause(50))
		if (Date.now() > deadline || child.exitCode !== null)
			throw new Error(`${command} did not start:\n${output}`)
	return {
		signal(signal) {
			for (const id of childrenOf(child.pid as number)) process.kill(id, signal)
		},
		async end() {
			child.stdin.end()
			await exited
		},
	}
}

export function childrenOf(id: number): number[] {
	const list = readFileSync(`/proc/${id}/task/${id}/children`, "utf8").trim()
	return list ? list.split(" ").map(Number) : []
}

/**
 * Where a program is that the tests need; Debian's package of that name is installed where it is missing, and may be.
 *
 * @throws one sentence that says what to install
 */
export function findProgram(name: string): string {
	const found = lookFor(name) ?? (installPackage(name) ? lookFor(name) : undefined)
	if (found) return found
	throw new Error(
		`There is no ${name} for the tests: install it (Debian: \`apt-get install ${name}\`), so that it is on the path.`,
	)
}

function lookFor(name: string): string | undefined {
	const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"]
	return folders.map((folder) => join(folder, name)).find(existsSync)
}

function installPackage(name: string): boolean {
	if (process.getuid?.() !== 0 || !lookFor("apt-get")) return false
	process.stderr.write(`\u25b8 Installing ${name} for the tests…\n`)
	// Debian starts what it installs: ours run on ports of their own.
	const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" }
	const options = { env, stdio: "ignore", timeout: 300_000 } as const
	for (const parameters of [
		["update", "-qq"],
		["install", "-y", "--no-install-recommends", name],
	])
		try {
			execFileSync("apt-get", parameters, options)
		} catch {
			// What could not be installed is not found, and that is told.
		}
	return true
}
