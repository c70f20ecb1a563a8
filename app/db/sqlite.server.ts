import { PrismaBetterSqlite3 } from "@prisma/adapter-better-sqlite3"

type Connection = Awaited<ReturnType<PrismaBetterSqlite3["connect"]>>

/**
 * Prisma's SQLite adapter has one connection, and lets queries of other requests into a transaction that happens to be
 * open on it: they would be rolled back with it, after their success was already told. Here they wait for its end.
 */
export class IsolatedSqlite extends PrismaBetterSqlite3 {
	#connection: Promise<Connection> | undefined

	/** @returns the one connection, which Prisma's client and `statement.server.ts` share. */
	override connect(): Promise<Connection> {
		this.#connection ??= this.#open()
		return this.#connection
	}

	async #open(): Promise<Connection> {
		const connection = await super.connect()
		const queryRaw = connection.queryRaw.bind(connection)
		const executeRaw = connection.executeRaw.bind(connection)
		const startTransaction = connection.startTransaction.bind(connection)
		const dispose = connection.dispose.bind(connection)
		/** Settled when no transaction is open. Statements themselves are synchronous, so they need no turn of their own. */
		let idle = Promise.resolve()

		// Who disconnects may come back: in development the server starts again after each change.
		connection.dispose = () => {
			this.#connection = undefined
			return dispose()
		}
		connection.queryRaw = (query) => idle.then(() => queryRaw(query))
		connection.executeRaw = (query) => idle.then(() => executeRaw(query))
		connection.startTransaction = async (isolationLevel) => {
			const before = idle
			let end = () => {}
			idle = new Promise((resolve) => {
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
