import { spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"

const READY_AFTER_MS = 20_000

/**
 * Starts the built server on a free port. Unless `env` names a database, it has one of its own, which is gone once it
 * has stopped.
 *
 * @param {{ env: Record<string, string>, output: "ignore" | "inherit" }} options
 */
export async function startBuiltServer({ env, output }) {
	const folder = mkdtempSync(join(tmpdir(), "gatehouse-"))
	const databaseUrl = env.DATABASE_URL ?? `file:${join(folder, "gatehouse.db")}`
	const port = await freePort()
	const url = `http://localhost:${port}`
	const child = spawn(process.execPath, ["bin/start.mjs"], {
		env: {
			...process.env,
			PORT: String(port),
			APP_URL: url,
			SECRET: randomBytes(32).toString("base64url"),
			DATABASE_URL: databaseUrl,
			TRUST_PROXY: "1",
			...env,
		},
		stdio: ["ignore", output, "inherit"],
	})
	const ended = new Promise((resolve) => child.once("exit", resolve))
	void ended.then(() => rmSync(folder, { recursive: true, force: true }))
	const stop = () => {
		child.kill("SIGTERM")
		return ended
	}
	for (const deadline = Date.now() + READY_AFTER_MS; Date.now() < deadline && child.exitCode === null; ) {
		const ready = await fetch(`${url}/readyz`).catch(() => null)
		if (ready?.ok) return { url, databaseUrl, pid: child.pid, stop }
		await pause(50)
	}
	child.kill()
	throw new Error("The server did not start.")
}

export function freePort() {
	return new Promise((resolve) => {
		const probe = createServer().listen(0, "127.0.0.1", () => {
			const { port } = probe.address()
			probe.close(() => resolve(port))
		})
	})
}
