import { createHash } from "node:crypto"
import { setTimeout as pause } from "node:timers/promises"
import { PrismaPg } from "@prisma/adapter-pg"
import pg from "pg"
import { log } from "../../log.server"
import type { Engine } from "../engine"
import type { PrismaClient } from "../generated/client"
import { PrismaClient as PostgresClient } from "../generated/postgres/client"
import { makeRow, placesOf } from "../rows"
import type { Statement } from "../statement.server"
import { cancelWork } from "./cancel.server"
import { faultOf } from "./faults.server"
import { migrate } from "./migrate.server"

/** Connections of this process: each is a process of the server's, which has 100 by default. */
const MAX_CONNECTIONS = 10
/** How long a request waits for one of them, or for a new one. */
const MAX_WAIT_MS = 2_000
/** How long the server works on one statement, including a lock that it waits for. */
const STATEMENT_TIMEOUT_MS = 2_500
/** How long we wait for it: a server that hangs does not say so. */
const ANSWER_TIMEOUT_MS = 3_000
/** What `pg` says then. */
const UNANSWERED = "Query read timeout"
/** After this long, what a process that hangs in mid-transaction holds is given back. */
const IDLE_TRANSACTION_TIMEOUT_MS = 10_000
/** Statements that are kept prepared on each connection. Ours are fewer, except for lists of any length. */
const MAX_NAMES = 500

/** The one type whose values Prisma gives as JavaScript's own and `pg` does not, and counts, which are small here. */
const parsers: Record<number, (text: string) => unknown> = {
	[pg.types.builtins.TIMESTAMP]: (text) => new Date(`${text.replace(" ", "T")}Z`),
	[pg.types.builtins.INT8]: Number,
}

/** @param url such as `postgres://user:password@host/name` */
export function postgresEngine(url: string): Engine {
	const statements = new StatementNames()
	const adapter = new PooledPostgres(url, statements)
	const client = new PostgresClient({
		adapter,
		// Prisma's longer messages quote the values of the call, which the log must not hold.
		errorFormat: "minimal",
		transactionOptions: { maxWait: MAX_WAIT_MS },
	})
	const run = async ({ text, values }: Statement): Promise<pg.QueryArrayResult> => {
		const query = {
			text,
			values: values.map(encode),
			types: { getTypeParser },
			rowMode: "array" as const,
		}
		try {
			return await adapter.pool.query({ ...query, name: statements.nameOf(text) })
		} catch (error) {
			// "cached plan must not change result type": a newer version has added a column meanwhile.
			if ((error as { code?: unknown }).code !== "0A000") throw error
			statements.forget(text)
			return adapter.pool.query(query)
		}
	}
	return {
		// From the same models; only the types of their transactions do not fit each other.
		client: client as unknown as PrismaClient,
		async read<Row>(statement: Statement) {
			const { fields, rows } = await run(statement)
			const places = placesOf(fields.map(({ name }) => name))
			return rows.map((row) => makeRow(places, row) as Row)
		},
		change: async (statement) => (await run(statement)).rowCount ?? 0,
		open: (onMigrated) => migrate(url, onMigrated),
		async close() {
			await client.$disconnect()
			await adapter.end()
		},
		faultOf,
		hasRowLocks: true,
	}
}

/** One pool for Prisma's client and for statements past it. Whoever ends it may come back. */
class PooledPostgres extends PrismaPg {
	readonly #url: string
	readonly #statements: StatementNames
	#pool: pg.Pool | undefined

	constructor(url: string, statements: StatementNames) {
		super(url)
		this.#url = url
		this.#statements = statements
	}

	get pool(): pg.Pool {
		this.#pool ??= makePool(this.#url)
		return this.#pool
	}

	override connect() {
		const statementNameGenerator = ({ sql }: { sql: string }) => this.#statements.nameOf(sql) ?? ""
		return new PrismaPg(this.pool, { statementNameGenerator }).connect()
	}

	/** A server that hangs does not say goodbye. */
	async end(): Promise<void> {
		const pool = this.#pool
		this.#pool = undefined
		await Promise.race([pool?.end(), pause(MAX_WAIT_MS, undefined, { ref: false })])
	}
}

function makePool(url: string): pg.Pool {
	const pool = new pg.Pool({
		connectionString: url,
		max: MAX_CONNECTIONS,
		connectionTimeoutMillis: MAX_WAIT_MS,
		statement_timeout: STATEMENT_TIMEOUT_MS,
		query_timeout: ANSWER_TIMEOUT_MS,
		idle_in_transaction_session_timeout: IDLE_TRANSACTION_TIMEOUT_MS,
		keepAlive: true,
		application_name: "gatehouse",
	})
	pool.on("error", (error) =>
		log.warn(
			{ event: "database.disconnected", code: (error as { code?: unknown }).code },
			"The database ended a connection",
		),
	)
	// A connection that the server ends on its way from the pool to its caller has nobody listening yet, and that would
	// end the process. The caller learns of it by asking.
	pool.on("connect", (connection) => connection.on("error", () => {}))
	// One whose transaction could not be ended must not be used again: what is written on it would never be committed.
	pool.on("release", (error, connection) => {
		const isOpen = connection.getTransactionStatus() !== "I"
		if (isOpen || error?.message === UNANSWERED) cancelWork(connection, MAX_WAIT_MS)
		if (isOpen) void connection.end()
	})
	return pool
}

/** A statement that has a name is planned once for each connection. Names are the same in every process. */
class StatementNames {
	readonly #names = new Map<string, string | undefined>()

	/** @returns undefined for a statement that is not kept */
	nameOf(text: string): string | undefined {
		if (this.#names.has(text)) return this.#names.get(text)
		if (this.#names.size >= MAX_NAMES) return undefined
		const name = createHash("sha256").update(text).digest("base64url")
		this.#names.set(text, name)
		return name
	}

	forget(text: string): void {
		this.#names.set(text, undefined)
	}
}

function getTypeParser(type: number): (text: string) => unknown {
	return parsers[type] ?? pg.types.getTypeParser(type)
}

/** A time is UTC, and has no zone in its column. */
function encode(value: unknown): unknown {
	return value instanceof Date ? value.toISOString().slice(0, -1) : value
}
