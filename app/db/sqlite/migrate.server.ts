import { randomUUID } from "node:crypto"
import Database from "better-sqlite3"
import { StartError } from "../../start-error"
import { type Applied, missingMigrations } from "../migrations.server"

const MIGRATIONS = "prisma/migrations/sqlite"
const LOCK_TIMEOUT_MS = 30_000

/** Prisma's own bookkeeping, so that its command line agrees with us afterwards. */
const BOOKKEEPING = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
	"id" TEXT PRIMARY KEY NOT NULL, "checksum" TEXT NOT NULL, "finished_at" DATETIME,
	"migration_name" TEXT NOT NULL, "logs" TEXT, "rolled_back_at" DATETIME,
	"started_at" DATETIME NOT NULL DEFAULT current_timestamp, "applied_steps_count" INTEGER UNSIGNED NOT NULL DEFAULT 0)`

/**
 * Applies what is missing of `prisma/migrations/sqlite/<name>/migration.sql`, in order. All of it is one transaction
 * under SQLite's write lock: a second process waits, and a killed one leaves nothing behind.
 *
 * @throws {StartError} when an applied migration was changed, or the database knows one that this build does not.
 */
export function migrate(file: string, onApplied: (name: string) => void, folder = MIGRATIONS): void {
	const database = new Database(file, { timeout: LOCK_TIMEOUT_MS })
	try {
		database.pragma("journal_mode = WAL")
		// Prisma changes a table by making it anew and dropping the old one, which would cascade to all that refers to it.
		database.pragma("foreign_keys = OFF")
		const applied = database.transaction(() => applyMissing(database, folder)).immediate()
		applied.forEach(onApplied)
	} finally {
		database.close()
	}
}

function applyMissing(database: Database.Database, folder: string): string[] {
	database.exec(BOOKKEEPING)
	const applied = database
		.prepare(`SELECT migration_name AS name, checksum FROM "_prisma_migrations" WHERE rolled_back_at IS NULL`)
		.all() as Applied[]
	const missing = missingMigrations(folder, applied)
	for (const migration of missing) {
		database.exec(migration.sql)
		const now = Date.now()
		database
			.prepare(
				`INSERT INTO "_prisma_migrations" (id, checksum, finished_at, migration_name, started_at, applied_steps_count)
				 VALUES (?, ?, ?, ?, ?, 1)`,
			)
			.run(randomUUID(), migration.checksum, now, migration.name, now)
	}
	if (missing.length > 0 && (database.pragma("foreign_key_check") as unknown[]).length > 0)
		throw new StartError("prisma/migrations/sqlite: the new migrations leave rows that refer to nothing")
	return missing.map((migration) => migration.name)
}
