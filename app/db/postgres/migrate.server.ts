import { randomUUID } from "node:crypto"
import { setTimeout as pause } from "node:timers/promises"
import pg from "pg"
import { StartError } from "../../start-error"
import { type Applied, missingMigrations } from "../migrations.server"
import { faultOf } from "./faults.server"

const MIGRATIONS = "prisma/migrations/postgres"
const CONNECT_TIMEOUT_MS = 5_000
/** How long one process waits for another that migrates. */
const LOCK_TIMEOUT_MS = 30_000
/** How long we wait for any other answer: nobody is told when the network is lost. A migration itself may take long. */
const ANSWER_TIMEOUT_MS = 5_000
/** The lock is waited for on the server's side, and a commit writes to its disk. */
const LONG_ANSWER_TIMEOUT_MS = LOCK_TIMEOUT_MS + ANSWER_TIMEOUT_MS
/** After so long without a word in a migration, the system asks whether the server is there; it is given ten seconds. */
const KEEP_ALIVE_MS = 10_000
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
	["Query read timeout", "it does not answer"],
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
		keepAlive: true,
		keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
		application_name: "gatehouse",
	})
	// The statement that fails tells what went wrong.
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
		// A server that is gone does not say goodbye.
		const ended = client.end().catch(() => {})
		await Promise.race([ended, pause(ANSWER_TIMEOUT_MS, undefined, { ref: false })])
	}
}

async function inOneTransaction(client: pg.Client, folder: string): Promise<string[]> {
	const ask = <Row extends pg.QueryResultRow>(
		text: string,
		values: string[] = [],
		timeoutMs = ANSWER_TIMEOUT_MS,
	) => client.query<Row>({ text, values, query_timeout: timeoutMs } as pg.QueryConfig)
	await ask("BEGIN")
	const lock = `SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}; SET LOCAL statement_timeout = 0;
		SET LOCAL client_connection_check_interval = '500ms'; SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})`
	await ask(lock, [], LONG_ANSWER_TIMEOUT_MS)
	await ask(BOOKKEEPING)
	const { rows } = await ask<Applied>(
		`SELECT migration_name AS name, checksum FROM "_prisma_migrations" WHERE rolled_back_at IS NULL`,
	)
	const missing = missingMigrations(folder, rows)
	for (const { name, sql, checksum } of missing) {
		// Without values, so that it may hold many statements.
		await client.query(sql)
		await ask(
			`INSERT INTO "_prisma_migrations" (id, checksum, finished_at, migration_name, started_at, applied_steps_count)
			 VALUES ($1, $2, now(), $3, now(), 1)`,
			[randomUUID(), checksum, name],
		)
	}
	await ask("COMMIT", [], LONG_ANSWER_TIMEOUT_MS)
	return missing.map(({ name }) => name)
}
