import { type ChildProcess, spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import type { Config } from "../../app/auth.config.check.server"
import { makeDatabase, openDatabase, type TestDatabase } from "./database"
import { freePort } from "./free-port"

export { freePort }

/** The built server, as an operator would start it: its own process, its own database, its own port. */
export type TestServer = {
	url: string
	port: number
	secret: string
	databaseUrl: string
	process: ChildProcess
	/** Everything that it printed. */
	output: () => string
	/** The log's lines that are JSON, parsed. */
	logLines: () => Record<string, unknown>[]
	/** A second connection to its database, for tests to look at rows, or to age them. */
	database: TestDatabase
	stop: (signal?: NodeJS.Signals) => Promise<number | null>
}

/** Settings that are others than those of `app/auth.config.ts`. */
export type Settings = Changed<Config>
type Changed<T> = T extends readonly unknown[] ? T : T extends object ? { [K in keyof T]?: Changed<T[K]> } : T

/** For who waits for many mails: `mail.pollSeconds` is as short as may be. */
export const POLLS_OFTEN = { pollSeconds: 0.1 }

/**
 * Limits stay on: tests come through one trusted proxy (themselves), and use client addresses of their own.
 *
 * @param options.settings changes of the configuration, see `settings.mjs`
 * @param options.nodeOptions e.g. `["--import", "./e2e/support/kill-at.mjs"]`
 * @param options.databaseUrl an existing database, to start again on it
 * @param options.cwd the folder of a copy, built
 */
export async function startServer(
	options: {
		env?: Record<string, string>
		settings?: Settings
		nodeOptions?: string[]
		databaseUrl?: string
		cwd?: string
		waitUntilReady?: boolean
	} = {},
): Promise<TestServer> {
	const port = await freePort()
	const databaseUrl = options.databaseUrl ?? (await makeDatabase())
	const secret = options.env?.SECRET ?? randomBytes(32).toString("base64url")
	const url = `http://localhost:${port}`
	const env: NodeJS.ProcessEnv = {
		PATH: process.env.PATH,
		HOME: process.env.HOME,
		NODE_ENV: "production",
		PORT: String(port),
		APP_URL: url,
		SECRET: secret,
		DATABASE_URL: databaseUrl,
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
		databaseUrl,
		process: child,
		output: () => output,
		logLines: () =>
			output
				.split("\n")
				.filter((line) => line.startsWith("{"))
				.map((line) => JSON.parse(line)),
		get database() {
			connection ??= openDatabase(databaseUrl)
			return connection
		},
		async stop(signal = "SIGTERM") {
			connection?.close()
			connection = undefined
			if (child.exitCode === null && child.signalCode === null) child.kill(signal)
			return exited
		},
	}
	let connection: TestDatabase | undefined
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

/** Where the database is SQLite's. */
export function fileOf({ databaseUrl }: Pick<TestServer, "databaseUrl">): string {
	return databaseUrl.slice("file:".length)
}
