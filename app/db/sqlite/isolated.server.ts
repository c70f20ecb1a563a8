import { setTimeout as pause } from "node:timers/promises"
import { PrismaBetterSqlite3 } from "@prisma/adapter-better-sqlite3"
import type { Database } from "better-sqlite3"
import type { Statement } from "../statement.server"
import { Statements } from "./statements.server"

type Connection = Awaited<ReturnType<PrismaBetterSqlite3["connect"]>>
type Transaction = Awaited<ReturnType<Connection["startTransaction"]>>

/** How long a write waits for another process that writes. */
export const MAX_LOCKED_MS = 3_000
/** Between two tries, on average. One takes some 20 µs. */
const RETRY_MS = 20

/**
 * Prisma's SQLite adapter has one connection, and lets queries of other requests into a transaction that happens to be
 * open on it: they would be rolled back with it, after their success was already told. Here they wait for its end.
 *
 * SQLite itself would hold the event loop while it waits for another process. Here it never does: what finds the
 * database locked is tried again a little later, and all that only reads goes on meanwhile.
 */
export class IsolatedSqlite extends PrismaBetterSqlite3 {
	#connection: Promise<Connection> | undefined
	#statements: Statements | undefined
	/** Settled at the end of the transaction that is open. Statements are synchronous: they need no turn of their own. */
	#open: Promise<void> | undefined

	constructor(file: string) {
		super({ url: `file:${file}`, timeout: 0 })
	}

	/** @returns rows as Prisma gives them */
	read<Row>(statement: Statement): Promise<Row[]> {
		return this.#withStatements((statements) => statements.read<Row>(statement))
	}

	/** @returns how many rows changed */
	change(statement: Statement): Promise<number> {
		return this.#withStatements((statements) => statements.change(statement))
	}

	/** @returns the one connection, which Prisma's client and {@link read} share. */
	override connect(): Promise<Connection> {
		this.#connection ??= this.#openFile()
		return this.#connection
	}

	/** For anyone who stops before Prisma's client has asked for the connection, which otherwise ends it. */
	async disconnect(): Promise<void> {
		await (await this.#connection)?.dispose()
	}

	#withStatements<Result>(work: (statements: Statements) => Result): Promise<Result> {
		return this.#apart(() => {
			if (this.#statements) return work(this.#statements)
			return this.connect().then(() => work(this.#statements as Statements))
		})
	}

	async #openFile(): Promise<Connection> {
		const connection = await super.connect()
		// Not in its type, but there: SQLite's own connection.
		this.#statements = new Statements((connection as Connection & { client: Database }).client)
		const queryRaw = connection.queryRaw.bind(connection)
		const executeRaw = connection.executeRaw.bind(connection)
		const dispose = connection.dispose.bind(connection)
		const run = async (sql: string) => void (await executeRaw({ sql, args: [], argTypes: [] }))

		// Whoever disconnects may come back: in development the server starts again after each change.
		connection.dispose = () => {
			this.#connection = undefined
			this.#statements = undefined
			return dispose()
		}
		connection.queryRaw = (query) => this.#apart(() => queryRaw(query))
		connection.executeRaw = (query) => this.#apart(() => executeRaw(query))
		// Not the adapter's own: its `BEGIN` takes no lock, and where it fails, no other transaction ever begins.
		connection.startTransaction = async (): Promise<Transaction> => {
			const end = await this.#apart(() => this.#begin(run))
			const { provider, adapterName } = connection
			return {
				provider,
				adapterName,
				// Prisma sends `COMMIT` and `ROLLBACK` itself.
				options: { usePhantomQuery: false },
				queryRaw,
				executeRaw,
				commit: end,
				rollback: end,
				createSavepoint: (name) => run(`SAVEPOINT ${name}`),
				rollbackToSavepoint: (name) => run(`ROLLBACK TO ${name}`),
				releaseSavepoint: (name) => run(`RELEASE SAVEPOINT ${name}`),
			}
		}
		return connection
	}

	/** Outside any transaction, and retried while the database is locked. */
	async #apart<Result>(work: () => Result | Promise<Result>): Promise<Result> {
		const deadline = performance.now() + MAX_LOCKED_MS
		for (;;) {
			while (this.#open) await this.#open
			try {
				return await work()
			} catch (error) {
				if (!isLocked(error) || performance.now() > deadline) throw error
			}
			await pause(RETRY_MS * (0.5 + Math.random()))
		}
	}

	/**
	 * Takes the lock for writing at once: what is read in a transaction still holds when it writes. @returns what ends it
	 */
	async #begin(run: (sql: string) => Promise<void>): Promise<() => Promise<void>> {
		let end = () => {}
		this.#open = new Promise((resolve) => {
			end = () => {
				this.#open = undefined
				resolve()
			}
		})
		try {
			await run("BEGIN IMMEDIATE")
		} catch (error) {
			end()
			throw error
		}
		return async () => end()
	}
}

/** As SQLite itself says it, or Prisma's adapter. */
function isLocked(error: unknown): boolean {
	const { code, cause } = error as { code?: unknown; cause?: { originalCode?: unknown } }
	return /^SQLITE_(?:BUSY|LOCKED)/.test(String(cause?.originalCode ?? code))
}
