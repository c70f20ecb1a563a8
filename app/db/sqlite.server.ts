import { PrismaBetterSqlite3 } from "@prisma/adapter-better-sqlite3"
import type { Database } from "better-sqlite3"
import type { Prisma } from "./generated/client"
import { Statements } from "./statement.server"

type Connection = Awaited<ReturnType<PrismaBetterSqlite3["connect"]>>

/**
 * Prisma's SQLite adapter has one connection, and lets queries of other requests into a transaction that happens to be
 * open on it: they would be rolled back with it, after their success was already told. Here they wait for its end.
 */
export class IsolatedSqlite extends PrismaBetterSqlite3 {
	#connection: Promise<Connection> | undefined
	#statements: Statements | undefined
	/** Settled when no transaction is open. Statements themselves are synchronous, so they need no turn of their own. */
	#idle = Promise.resolve()

	/** @returns rows as Prisma gives them */
	async read<Row>(statement: Prisma.Sql): Promise<Row[]> {
		return (await this.#turn()).read(statement)
	}

	/** @returns how many rows changed */
	async change(statement: Prisma.Sql): Promise<number> {
		return (await this.#turn()).change(statement)
	}

	async #turn(): Promise<Statements> {
		if (!this.#statements) await this.connect()
		await this.#idle
		return this.#statements as Statements
	}

	/** @returns the one connection, which Prisma's client and {@link read} share. */
	override connect(): Promise<Connection> {
		this.#connection ??= this.#open()
		return this.#connection
	}

	async #open(): Promise<Connection> {
		const connection = await super.connect()
		// Not in its type, but there: SQLite's own connection.
		this.#statements = new Statements((connection as Connection & { client: Database }).client)
		const queryRaw = connection.queryRaw.bind(connection)
		const executeRaw = connection.executeRaw.bind(connection)
		const startTransaction = connection.startTransaction.bind(connection)
		const dispose = connection.dispose.bind(connection)

		// Who disconnects may come back: in development the server starts again after each change.
		connection.dispose = () => {
			this.#connection = undefined
			this.#statements = undefined
			return dispose()
		}
		connection.queryRaw = (query) => this.#idle.then(() => queryRaw(query))
		connection.executeRaw = (query) => this.#idle.then(() => executeRaw(query))
		connection.startTransaction = async (isolationLevel) => {
			const before = this.#idle
			let end = () => {}
			this.#idle = new Promise((resolve) => {
				end = resolve
			})
			await before
			try {
				const transaction = await startTransaction(isolationLevel)
				const commit = transaction.commit.bind(transaction)
				const rollback = transaction.rollback.bind(transaction)
				transaction.commit = () => commit().finally(end)
				transaction.rollback = () => rollback().finally(end)
				return transaction
			} catch (error) {
				end()
				throw error
			}
		}
		return connection
	}
}
