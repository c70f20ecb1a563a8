import { type ChildProcess, spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { mkdtempSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import Database from "better-sqlite3"
import type { Config } from "../../app/auth.config.check.server"

/** The built server, as an operator would start it: its own process, its own SQLite file, its own port. */
export type TestServer = {
	url: string
	port: number
	secret: string
	databaseFile: string
	process: ChildProcess
	/** Everything that it printed. */
	output: () => string
	/** The log's lines that are JSON, parsed. */
	logLines: () => Record<string, unknown>[]
	/** A second connection to its database, for tests to look at rows, or to age them. */
	database: Database.Database
	stop: (signal?: NodeJS.Signals) => Promise<number | null>
}

/** Settings that are others than those of `app/auth.config.ts`. */
export type Settings = Changed<Config>
type Changed<T> = T extends readonly unknown[] ? T : T extends object ? { [K in keyof T]?: Changed<T[K]> } : T

/**
 * Limits stay on: tests come through one trusted proxy (themselves), and use client addresses of their own.
 *
 * @param options.settings changes of the configuration, see `settings.mjs`
 * @param options.nodeOptions e.g. `["--import", "./e2e/support/kill-at.mjs"]`
 * @param options.databaseFile an existing file, to start again on it
 * @param options.cwd the folder of a copy, built
 */
export async function startServer(
	options: {
		env?: Record<string, string>
		settings?: Settings
		nodeOptions?: string[]
		databaseFile?: string
		cwd?: string
		waitUntilReady?: boolean
	} = {},
): Promise<TestServer> {
	const port = await freePort()
	const databaseFile = options.databaseFile ?? join(mkdtempSync(join(tmpdir(), "gatehouse-")), "test.db")
	const secret = options.env?.SECRET ?? randomBytes(32).toString("base64url")
	const url = `http://localhost:${port}`
	const env: NodeJS.ProcessEnv = {
		PATH: process.env.PATH,
		HOME: process.env.HOME,
		NODE_ENV: "production",
		PORT: String(port),
		APP_URL: url,
		SECRET: secret,
		DATABASE_URL: `file:${databaseFile}`,
		TRUST_PROXY: "1",
		SMTP_URL: "smtp://127.0.0.1:9",
		...options.env,
	}
	const nodeOptions = ["--import", "./e2e/support/end-with-parent.mjs", ...(options.nodeOptions ?? [])]
	if (options.settings) {
		nodeOptions.push("--import", "./e2e/support/settings.mjs")
		env.SETTINGS = JSON.stringify(options.settings)
	}
	const child = spawn(process.execPath, [...nodeOptions, "bin/start.mjs"], {
		env,
		cwd: options.cwd,
		stdio: ["ignore", "pipe", "pipe"],
	})
	let output = ""
	child.stdout.on("data", (chunk) => {
		output += chunk
	})
	child.stderr.on("data", (chunk) => {
		output += chunk
	})
	const exited = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)))

	const server: TestServer = {
		url,
		port,
		secret,
		databaseFile,
		process: child,
		output: () => output,
		logLines: () =>
			output
				.split("\n")
				.filter((line) => line.startsWith("{"))
				.map((line) => JSON.parse(line)),
		get database() {
			connection ??= new Database(databaseFile, { timeout: 5000 })
			return connection
		},
		async stop(signal = "SIGTERM") {
			connection?.close()
			connection = undefined
			if (child.exitCode === null && child.signalCode === null) child.kill(signal)
			return exited
		},
	}
	let connection: Database.Database | undefined
	if (options.waitUntilReady !== false) await waitUntilReady(server)
	return server
}

async function waitUntilReady(server: TestServer): Promise<void> {
	const deadline = Date.now() + 20_000
	while (Date.now() < deadline && server.process.exitCode === null) {
		const ready = await fetch(`${server.url}/readyz`).then(
			(response) => response.ok,
			() => false,
		)
		if (ready) return
		await new Promise((resolve) => setTimeout(resolve, 50))
	}
	throw new Error(`The server did not start:\n${server.output()}`)
}

export function freePort(): Promise<number> {
	return new Promise((resolve, reject) => {
		const probe = createServer()
		probe.once("error", reject)
		probe.listen(0, "127.0.0.1", () => {
			const address = probe.address()
			probe.close(() =>
				typeof address === "object" && address ? resolve(address.port) : reject(new Error("no port")),
			)
		})
	})
}
