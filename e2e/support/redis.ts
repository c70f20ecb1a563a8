import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Redis } from "ioredis"
import type { Certificate } from "./certificate"
import { freePort } from "./free-port"
import { findProgram, startProgram } from "./program"

/** A Redis of the tests' own, which keeps nothing on disk. */
export type RedisServer = {
	url: string
	port: number
	/** Another client of it. */
	ask: (...command: [string, ...(string | number)[]]) => Promise<unknown>
	/** `SIGSTOP` makes it hang, `SIGCONT` lets it go on. Needs Linux. */
	signal: (signal: NodeJS.Signals) => void
	/** Ends it, until {@link resume}: what it counted is gone. */
	halt: () => Promise<void>
	resume: () => Promise<void>
	stop: () => Promise<void>
}

/** @param tls what it shows: it then takes nothing else than TLS */
export async function startRedis(password = "", tls?: Certificate): Promise<RedisServer> {
	const folder = mkdtempSync(join(tmpdir(), "gatehouse-redis-"))
	const command = findProgram("redis-server")
	const port = await freePort()
	const scheme = tls ? "rediss" : "redis"
	const url = `${scheme}://${password && `:${encodeURIComponent(password)}@`}127.0.0.1:${port}`
	const ports = tls
		? [
				"--port",
				"0",
				"--tls-port",
				String(port),
				"--tls-cert-file",
				tls.cert,
				"--tls-key-file",
				tls.key,
				"--tls-auth-clients",
				"no",
				"--tls-ca-cert-file",
				tls.cert,
			]
		: ["--port", String(port)]
	const settings = ["--bind", "127.0.0.1", ...ports, "--save", "", "--appendonly", "no"]
	if (password) settings.push("--requirepass", password)
	const start = () =>
		startProgram(command, settings, { cwd: folder, endBy: "SIGTERM", isReady: () => answers(url) })
	let program = await start()
	return {
		url,
		port,
		ask: (...command) => asking(url, (client) => client.call(...command)),
		signal: (signal) => program.signal(signal),
		halt: () => program.end(),
		async resume() {
			program = await start()
		},
		async stop() {
			await program.end()
			rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
		},
	}
}

async function asking<T>(url: string, ask: (client: Redis) => Promise<T>): Promise<T> {
	const client = new Redis(url, {
		tls: url.startsWith("rediss:") ? { rejectUnauthorized: false } : undefined,
		lazyConnect: true,
		retryStrategy: null,
		maxRetriesPerRequest: 0,
	})
	client.on("error", () => {})
	try {
		await client.connect()
		return await ask(client)
	} finally {
		client.disconnect()
	}
}

function answers(url: string): Promise<boolean> {
	return asking(url, (client) => client.ping()).then(
		() => true,
		() => false,
	)
}
