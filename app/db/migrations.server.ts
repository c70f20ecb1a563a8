import { createHash } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { StartError } from "../start-error"

export type Migration = { name: string; sql: string; checksum: string }

/** What is written in `_prisma_migrations`, of migrations that were not rolled back. */
export type Applied = { name: string; checksum: string }

/**
 * Which of the folder's `<name>/migration.sql` a database lacks, in order.
 *
 * @throws {StartError} when an applied migration was changed, or the database knows one that this build does not.
 */
export function missingMigrations(folder: string, applied: Applied[]): Migration[] {
	const shipped = readMigrations(folder)
	const known = new Map(applied.map((row) => [row.name, row.checksum]))
	const foreign = applied.find((row) => !shipped.some((migration) => migration.name === row.name))
	if (foreign)
		throw new StartError(`DATABASE_URL: the database is newer than this build (migration ${foreign.name})`)
	const changed = shipped.find(({ name, checksum }) => known.has(name) && known.get(name) !== checksum)
	if (changed) throw new StartError(`${folder}/${changed.name} was changed after it had been applied`)
	return shipped.filter(({ name }) => !known.has(name))
}

function readMigrations(folder: string): Migration[] {
	return readdirSync(folder, { withFileTypes: true })
		.filter((entry) => entry.isDirectory())
		.map(({ name }) => {
			const sql = readFileSync(join(folder, name, "migration.sql"), "utf8")
			return { name, sql, checksum: createHash("sha256").update(sql).digest("hex") }
		})
		.sort((a, b) => (a.name < b.name ? -1 : 1))
}
