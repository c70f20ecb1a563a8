import { randomUUID } from "node:crypto"
import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads"
import pg from "pg"
import type { TestDatabase, TestStatement } from "./database"

/** @param url of a server, as any of its databases. @returns the address of a new one */
export async function makePostgresDatabase(url: string): Promise<string> {
	const name = `test_${randomUUID().replaceAll("-", "")}`
	const client = new pg.Client(url)
	await client.connect()
	await client.query(`CREATE DATABASE ${name}`).finally(() => client.end())
	return Object.assign(new URL(url), { pathname: name }).href
}

type Result = { rows: Record<string, unknown>[]; changes: number; columns: string[]; error?: string }

/** How long a statement may take. */
const TIMEOUT_MS = 10_000

/** Waits for its answers as SQLite does: a thread of its own speaks to the server. */
export class PostgresDatabase implements TestDatabase {
	readonly #signal = new Int32Array(new SharedArrayBuffer(4))
	readonly #port
	readonly #thread

	constructor(url: string) {
		const { port1, port2 } = new MessageChannel()
		this.#port = port1
		const workerData = { url, port: port2, signal: this.#signal }
		const script = new URL("./postgres-client.mjs", import.meta.url)
		this.#thread = new Worker(script, { workerData, transferList: [port2], execArgv: [] })
		this.#thread.unref()
		this.#port.unref()
	}

	prepare(sql: string): TestStatement {
		let count = 0
		const text = sql.replace(/\?/g, () => `$${++count}`)
		const run = (values: unknown[]) => this.#run(text, values)
		let isPlucked = false
		const told = ({ columns }: Result, row: Record<string, unknown> | undefined) =>
			isPlucked ? row?.[columns[0] ?? ""] : row
		const statement: TestStatement = {
			get(...values) {
				const result = run(values)
				return told(result, result.rows[0])
			},
			all(...values) {
				const result = run(values)
				return result.rows.map((row) => told(result, row))
			},
			run: (...values) => ({ changes: run(values).changes }),
			pluck() {
				isPlucked = true
				return statement
			},
		}
		return statement
	}

	exec(sql: string): void {
		this.#run(sql, [])
	}

	pragma(source: string): never {
		throw new Error(`PRAGMA ${source} is SQLite's: the test belongs to e2e/support/sqlite-only.ts`)
	}

	close(): void {
		this.#port.close()
		void this.#thread.terminate()
	}

	#run(text: string, values: unknown[]): Result {
		Atomics.store(this.#signal, 0, 0)
		this.#port.postMessage({ text, values })
		if (Atomics.wait(this.#signal, 0, 0, TIMEOUT_MS) === "timed-out") throw new Error(`No answer to ${text}`)
		const { message } = receiveMessageOnPort(this.#port) as { message: Result }
		if (message.error) throw new Error(message.error)
		return message
	}
}
