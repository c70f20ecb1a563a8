import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import Database from "better-sqlite3"
import { makePostgresDatabase, PostgresDatabase } from "./postgres-database"

/**
 * A second connection to a server's database, for tests to look at rows, or to age them: as `better-sqlite3` has it,
 * also where the database is PostgreSQL. There values are as SQLite stores them: times are text, truths are 0 and 1.
 * Write SQL that both understand: names quoted, `true` and `false`.
 */
export type TestDatabase = {
	prepare: (sql: string) => TestStatement
	exec: (sql: string) => unknown
	/** SQLite's own. */
	pragma: (source: string, options?: { simple?: boolean }) => unknown
	close: () => unknown
}
export type TestStatement = {
	get: (...values: unknown[]) => unknown
	all: (...values: unknown[]) => unknown[]
	run: (...values: unknown[]) => { changes: number }
	/** From now on, of each row its first value. */
	pluck: () => TestStatement
}

/** Which database this run's servers are on. */
export const isOnPostgres = () => Boolean(process.env.TEST_POSTGRES_URL)

/** @returns the address of a database that nobody else has */
export function makeDatabase(): Promise<string> | string {
	const { TEST_POSTGRES_URL: url } = process.env
	if (url) return makePostgresDatabase(url)
	return `file:${join(mkdtempSync(join(tmpdir(), "gatehouse-")), "test.db")}`
}

export function openDatabase(url: string): TestDatabase {
	return url.startsWith("file:")
		? (new Database(url.slice("file:".length), { timeout: 5000 }) as TestDatabase)
		: new PostgresDatabase(url)
}

export function tablesOf(database: TestDatabase): string[] {
	const list = isOnPostgres()
		? "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
		: "SELECT name FROM sqlite_master WHERE type = 'table'"
	return database.prepare(list).pluck().all() as string[]
}
