import type { PrismaClient } from "./generated/client"
import type { Statement } from "./statement.server"

/**
 * What differs between databases. `DATABASE_URL` chooses: `sqlite/` or `postgres/`, of which only the chosen one is
 * loaded.
 */
export type Engine = {
	client: PrismaClient
	/**
	 * Past Prisma's engine: statements of ours that are kept prepared. @returns rows as Prisma gives them; columns called
	 * `table.column` as an object `table`
	 */
	read: <Row>(statement: Statement) => Promise<Row[]>
	/** @returns how many rows changed */
	change: (statement: Statement) => Promise<number>
	/** Applies migrations, and makes ready what a new connection needs. @throws {StartError} */
	open: (onMigrated: (name: string) => void) => Promise<void>
	/** It may be opened again. */
	close: () => Promise<void>
	/** What a fault of the database itself is called; null for any other error. */
	faultOf: (error: unknown) => string | null
	/**
	 * Whether writers run beside each other, and a row has to be held for what was read of it to stay true: on
	 * PostgreSQL, where there are locks for it. On SQLite there is one writer at a time.
	 */
	hasRowLocks: boolean
}
