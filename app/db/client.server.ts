import { env } from "../env.server"
import { isToBeSaid, log, requestScope } from "../log.server"
import type { Engine } from "./engine"
import { Prisma } from "./generated/client"
import type { Statement } from "./statement.server"

/** How often a transaction is begun anew when it was undone because another one was in its way. */
const MAX_TRIES = 4

const engine = await openEngine(env.databaseUrl)

/** The one database client. A fault of the database itself is thrown as {@link DatabaseUnavailable}. */
export const db = engine.client.$extends({
	query: { $allOperations: ({ args, query }) => query(args).catch(rethrow) },
})

/** What the table of users has. */
export const userColumns: string[] = Object.keys(Prisma.UserScalarFieldEnum)
/** What the table of sessions has. */
export const sessionColumns: string[] = Object.keys(Prisma.SessionScalarFieldEnum)

export type Transaction = Parameters<Parameters<typeof db.$transaction>[0]>[0]

/**
 * Runs `work` as one transaction; again from its beginning where the database undid it because it and another one
 * waited for each other.
 *
 * @param timeoutMs how long it may take; Prisma's own limit is 5 s
 */
export async function inTransaction<T>(
	work: (transaction: Transaction) => Promise<T>,
	timeoutMs?: number,
): Promise<T> {
	for (let tries = 1; ; tries++) {
		try {
			return await db.$transaction(work, timeoutMs ? { timeout: timeoutMs } : undefined).catch(rethrow)
		} catch (error) {
			if (tries === MAX_TRIES || !(error instanceof DatabaseUnavailable && error.isConflict())) throw error
		}
	}
}

/** What every request or every sign-in runs goes past Prisma's engine, see decision 13; errors are the same. */
export function query<Row>(statement: Statement): Promise<Row[]> {
	return engine.read<Row>(statement).catch(rethrow)
}

/** @returns how many rows it changed. */
export function execute(statement: Statement): Promise<number> {
	return engine.change(statement).catch(rethrow)
}

export const { sql, raw, join } = Prisma

/** For `SELECT`, where SQLite's side takes no `*`. */
export const allOfUser = raw(userColumns.map((column) => `"${column}"`).join(", "))

/** See {@link Engine}. */
export const { hasRowLocks } = engine

/** PostgreSQL's own clock, which is the same for all processes; in UTC, as all times in its columns. */
export const databaseTime = sql`(clock_timestamp() AT TIME ZONE 'UTC')`

/** A time by the database's clock, where it has one: a node whose own is wrong neither hurries nor forgets. */
export function databaseTimeAfter(seconds: number, now: Date) {
	return hasRowLocks
		? sql`${databaseTime} + make_interval(secs => ${seconds}::float8)`
		: sql`${new Date(now.getTime() + seconds * 1000)}`
}

/**
 * When to remove or give up for good what belongs to all processes: at a time that this process and the database agree
 * has come. One node whose clock is ahead takes nothing from the others. SQLite has no clock of its own.
 *
 * @param now by this process's clock
 */
export async function agreedTime(now: Date): Promise<Date> {
	if (!hasRowLocks) return now
	const [row] = await query<{ time: Date }>(sql`SELECT LEAST(${now}::timestamp, ${databaseTime}) AS "time"`)
	return row?.time ?? now
}

/** At the end of a `SELECT`: what it found stays as it is until the statement's transaction ends. */
export const held = hasRowLocks ? sql`FOR SHARE` : Prisma.empty

/** Until the transaction ends, no other one that asks for the same goes on from here: on SQLite none does anyway. */
export async function alone(name: string, transaction: Transaction): Promise<void> {
	if (hasRowLocks)
		await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtext(${`gatehouse ${name}`}))`
}

/** Applies migrations. Call it once, before the first query. @throws {StartError} when the database cannot be used. */
export async function openDatabase(): Promise<void> {
	await engine.open((name) =>
		log.info({ event: "database.migrated", migration: name }, `Applied migration ${name}`),
	)
}

export async function closeDatabase(): Promise<void> {
	await engine.close()
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
	/** Not for clients, who get everything else. */
	readonly #fault: string

	constructor(fault: string) {
		this.#fault = fault
	}

	/** Whether it was undone for the sake of another one, and can be tried again. */
	isConflict(): boolean {
		return CONFLICTS.has(this.#fault)
	}
}

export function isDatabaseUnavailable(error: unknown): boolean {
	return error instanceof DatabaseUnavailable
}

/** Prisma's own, on every database. */
const FAULTS = new Set(["P1001", "P1002", "P1008", "P1017", "P2024", "P2028", "P2034"])
/** Serialization failure and deadlock, as Prisma says it and as PostgreSQL does. */
const CONFLICTS = new Set(["P2034", "40001", "40P01"])

function rethrow(error: unknown): never {
	if (error instanceof DatabaseUnavailable) throw error
	const { code } = error as { code?: unknown }
	const fault = typeof code === "string" && FAULTS.has(code) ? code : engine.faultOf(error)
	if (fault === null) throw error
	const unavailable = new DatabaseUnavailable(fault)
	if (unavailable.isConflict())
		log.warn({ event: "database.conflict", code: fault }, "Two transactions were in each other's way")
	// What the process does by itself is tried again and again. Each request logs it, as people quote its id.
	else if (requestScope.getStore() || isToBeSaid(`database.unavailable ${fault}`))
		log.error({ event: "database.unavailable", code: fault }, "The database does not take the query")
	throw unavailable
}

/** Loads the one that is used. */
async function openEngine(url: string): Promise<Engine> {
	if (url.startsWith("file:")) return (await import("./sqlite/engine.server")).sqliteEngine(url)
	return (await import("./postgres/engine.server")).postgresEngine(url)
}
