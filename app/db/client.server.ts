import { mkdirSync } from "node:fs"
import { dirname } from "node:path"
import { env } from "../env.server"
import { log } from "../log.server"
import { StartError } from "../start-error"
import { Prisma, PrismaClient } from "./generated/client"
import { migrate } from "./migrate.server"
import { IsolatedSqlite, MAX_LOCKED_MS } from "./sqlite.server"

/** A transaction may wait for one of our own before it waits for another process. */
const MAX_WAIT_MS = MAX_LOCKED_MS + 1_000

const adapter = new IsolatedSqlite(env.databaseFile)

const client = new PrismaClient({
	adapter,
	// Prisma's longer messages quote the values of the call, which the log must not hold.
	errorFormat: "minimal",
	transactionOptions: { maxWait: MAX_WAIT_MS },
})

/** The one database client. A fault of the database itself is thrown as {@link DatabaseUnavailable}. */
export const db = client.$extends({
	query: { $allOperations: ({ args, query }) => query(args).catch(rethrow) },
})

/** What the table of users has. */
export const userColumns: string[] = Object.keys(Prisma.UserScalarFieldEnum)

export type Transaction = Parameters<Parameters<typeof db.$transaction>[0]>[0]

/** Runs `work` as one transaction. @param timeoutMs how long it may take; Prisma's own limit is 5 s */
export function inTransaction<T>(
	work: (transaction: Transaction) => Promise<T>,
	timeoutMs?: number,
): Promise<T> {
	return db.$transaction(work, timeoutMs ? { timeout: timeoutMs } : undefined).catch(rethrow)
}

/** What every request or every sign-in runs goes past Prisma's engine, see `statement.server.ts`; errors are the same. */
export function query<Row>(statement: Prisma.Sql): Promise<Row[]> {
	return adapter.read<Row>(statement).catch(rethrow)
}

/** @returns how many rows it changed. */
export function execute(statement: Prisma.Sql): Promise<number> {
	return adapter.change(statement).catch(rethrow)
}

export const { sql, raw } = Prisma

/**
 * Applies migrations and sets what SQLite forgets between connections. Call it once, before the first query.
 *
 * @throws {StartError} when the file cannot be made, read or written.
 */
export async function openDatabase(): Promise<void> {
	try {
		mkdirSync(dirname(env.databaseFile), { recursive: true })
		migrate(env.databaseFile, (name) =>
			log.info({ event: "database.migrated", migration: name }, `Applied migration ${name}`),
		)
	} catch (error) {
		const { code } = error as { code?: unknown }
		if (typeof code !== "string" || !(FAULTS.test(code) || /^E[A-Z]+$/.test(code))) throw error
		throw new StartError(`DATABASE_URL: the database cannot be opened (${code})`)
	}
	// Prisma's adapter turns foreign keys on; WAL stays with the file; NORMAL loses no committed row on a crash
	// of the process, only (at worst) the last ones on a power cut.
	await client.$executeRawUnsafe("PRAGMA synchronous = NORMAL")
}

export async function closeDatabase(): Promise<void> {
	await client.$disconnect()
}

/** @throws {DatabaseUnavailable} */
export async function pingDatabase(): Promise<void> {
	await query(sql`SELECT 1`)
}

export function isUniqueViolation(error: unknown): boolean {
	return error instanceof Prisma.PrismaClientKnownRequestError && error.code === "P2002"
}

/**
 * The database is locked, full, read-only or away. Shaped like a route's error response, so that it reaches
 * clients as 503 `unavailable` from wherever it is thrown.
 */
class DatabaseUnavailable {
	readonly status = 503
	readonly statusText = "Service Unavailable"
	readonly internal = false
	readonly data = { code: "unavailable" as const }
}

export function isDatabaseUnavailable(error: unknown): boolean {
	return error instanceof DatabaseUnavailable
}

const FAULTS =
	/SQLITE_(BUSY|LOCKED|FULL|READONLY|IOERR|CANTOPEN|PROTOCOL|CORRUPT|NOTADB)|database is locked|database or disk is full|readonly database|disk I\/O error|unable to open database/
const FAULT_CODES = new Set(["P1001", "P1002", "P1008", "P1017", "P2024", "P2028", "P2034"])

function rethrow(error: unknown): never {
	const { code, message, cause } = error as { code?: unknown; message?: unknown; cause?: unknown }
	// Past Prisma's engine, the database's own words are in the cause.
	const { originalCode, originalMessage } = (cause ?? {}) as {
		originalCode?: unknown
		originalMessage?: unknown
	}
	const told = [code, message, originalCode, originalMessage].map(String).join(" ")
	if ((typeof code === "string" && FAULT_CODES.has(code)) || FAULTS.test(told)) {
		log.error(
			{ event: "database.unavailable", code: code ?? originalCode },
			"The database does not take the query",
		)
		throw new DatabaseUnavailable()
	}
	throw error
}
