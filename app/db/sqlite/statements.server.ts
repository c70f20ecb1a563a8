import type { Database, Statement } from "better-sqlite3"
import type { Prisma } from "../generated/client"

/**
 * How many statements are kept. Ours are fewer: those whose text depends on the call are not to crowd them out for
 * long.
 */
const MAX_KEPT = 200

type Kept = {
	statement: Statement<unknown[], Record<string, unknown>>
	/** Columns whose values are not JavaScript's own, with what makes them so. */
	decoders: [column: string, decode: (value: unknown) => unknown][]
}

/**
 * SQL on the connection of Prisma's client, but past its query engine, which takes several times as long as the
 * database: for the few statements that every request or every sign-in runs. They are prepared once: planning most of
 * them takes longer than running them.
 */
export class Statements {
	readonly #database: Database
	/** By their text, the longest unused first. */
	readonly #kept = new Map<string, Kept>()

	constructor(database: Database) {
		this.#database = database
	}

	/** @returns rows as Prisma gives them, with `Date` and `boolean` */
	read<Row>({ sql, values }: Prisma.Sql): Row[] {
		const { statement, decoders } = this.#keep(sql)
		// A pragma that sets something gives no rows.
		if (!statement.reader) {
			statement.run(...values.map(encode))
			return []
		}
		const rows = statement.all(...values.map(encode))
		for (const row of rows)
			for (const [column, decode] of decoders) if (row[column] !== null) row[column] = decode(row[column])
		return rows as Row[]
	}

	/** @returns how many rows changed */
	change({ sql, values }: Prisma.Sql): number {
		return this.#keep(sql).statement.run(...values.map(encode)).changes
	}

	#keep(sql: string): Kept {
		const kept = this.#kept.get(sql) ?? this.#prepare(sql)
		this.#kept.delete(sql)
		this.#kept.set(sql, kept)
		const [oldest] = this.#kept.keys()
		if (this.#kept.size > MAX_KEPT && oldest !== undefined) this.#kept.delete(oldest)
		return kept
	}

	#prepare(sql: string): Kept {
		const statement = this.#database.prepare<unknown[], Record<string, unknown>>(sql).safeIntegers(false)
		const columns = statement.reader ? statement.columns() : []
		const decoders = columns.flatMap(({ name, type }): Kept["decoders"] => {
			if (type === "DATETIME") return [[name, (value) => new Date(String(value))]]
			return type === "BOOLEAN" ? [[name, Boolean]] : []
		})
		return { statement, decoders }
	}
}

/** As Prisma's adapter writes it. */
function encode(value: unknown): unknown {
	if (value instanceof Date) return value.toISOString().replace("Z", "+00:00")
	return typeof value === "boolean" ? Number(value) : value
}
