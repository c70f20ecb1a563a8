import { randomUUID } from "node:crypto"
import pg from "pg"
import { StartError } from "../../start-error"
import { type Applied, missingMigrations } from "../migrations.server"
import { faultOf } from "./faults.server"

const MIGRATIONS = "prisma/migrations/postgres"
const CONNECT_TIMEOUT_MS = 5_000
/** How long one process waits for another that migrates. */
const LOCK_TIMEOUT_MS = 30_000
/** Prisma's command line takes the same lock. */
const MIGRATION_LOCK = 72_707_369
/** "permission denied", such as for a role that may not make tables in the schema. */
const DENIED = "42501"

/** Prisma's own bookkeeping, so that its command line agrees with us afterwards. */
const BOOKKEEPING = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
	"id" VARCHAR(36) PRIMARY KEY NOT NULL, "checksum" VARCHAR(64) NOT NULL, "finished_at" TIMESTAMPTZ,
	"migration_name" VARCHAR(255) NOT NULL, "logs" TEXT, "rolled_back_at" TIMESTAMPTZ,
	"started_at" TIMESTAMPTZ NOT NULL DEFAULT now(), "applied_steps_count" INTEGER NOT NULL DEFAULT 0)`

const reasons = new Map([
	["28P01", "it refuses the user or the password"],
	["28000", "it refuses the user or the password"],
	["3D000", "there is none of this name"],
	["42501", "its user may not make tables there"],
	["ECONNREFUSED", "nobody listens there"],
	["ENOTFOUND", "there is no such host"],
])

/**
 * Applies what is missing of `prisma/migrations/postgres/<name>/migration.sql`, in order. All of it is one transaction
 * under a lock that others who migrate wait for; a killed process leaves nothing behind.
 *
 * @throws {StartError} when the database cannot be reached or may not be changed, an applied migration was changed, or
 *   the database knows one that this build does not.
 */
export async function migrate(
	url: string,
	onApplied: (name: string) => void,
	folder = MIGRATIONS,
): Promise<void> {
	const client = new pg.Client({
		connectionString: url,
		connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
		application_name: "gatehouse",
	})
	// What fails is told by the statement that fails by it.
	client.on("error", () => {})
	try {
		await client.connect()
		const applied = await inOneTransaction(client, folder)
		applied.forEach(onApplied)
	} catch (error) {
		const fault = faultOf(error) ?? ((error as { code?: unknown }).code === DENIED ? DENIED : null)
		if (fault === null) throw error
		const why = reasons.get(fault)
		throw new StartError(`DATABASE_URL: the database cannot be used (${fault})${why ? `: ${why}` : ""}`)
	} finally {
		await client.end().catch(() => {})
	}
}

async function inOneTransaction(client: pg.Client, folder: string): Promise<string[]> {
	await client.query("BEGIN")
	await client.query(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}; SET LOCAL statement_timeout = 0;
		SET LOCAL client_connection_check_interval = '500ms'; SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})`)
	await client.query(BOOKKEEPING)
	const { rows } = await client.query<Applied>(
		`SELECT migration_name AS name, checksum FROM "_prisma_migrations" WHERE rolled_back_at IS NULL`,
	)
	const missing = missingMigrations(folder, rows)
	for (const { name, sql, checksum } of missing) {
		// Without values, so that it may hold many statements.
		await client.query(sql)
		await client.query(
			`INSERT INTO "_prisma_migrations" (id, checksum, finished_at, migration_name, started_at, applied_steps_count)
			 VALUES ($1, $2, now(), $3, now(), 1)`,
			[randomUUID(), checksum, name],
		)
	}
	await client.query("COMMIT")
	return missing.map(({ name }) => name)
}
