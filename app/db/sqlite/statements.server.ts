import type { Database, Statement as Prepared } from "better-sqlite3"
import { makeRow, placesOf } from "../rows"
import type { Statement } from "../statement.server"

/**
 * How many statements are kept. Ours are fewer: those whose text depends on the call must not crowd them out for long.
 */
const MAX_KEPT = 200

/** All columns of a table; `count(*)` and products are not. */
const STAR = /(?:[,.]|\b(?:SELECT|DISTINCT|ALL|RETURNING))\s*\*/i

type Kept = {
	statement: Prepared<unknown[], unknown[]>
	places: ReturnType<typeof placesOf>
	/** Columns whose values are not JavaScript's own, with what makes them so. */
	decoders: [index: number, decode: (value: unknown) => unknown][]
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
	read<Row>({ sql, values }: Statement): Row[] {
		const { statement, places, decoders } = this.#keep(sql)
		// A pragma that sets something gives no rows.
		if (!statement.reader) {
			statement.run(...values.map(encode))
			return []
		}
		const rows = statement.all(...values.map(encode))
		for (const row of rows)
			for (const [index, decode] of decoders) if (row[index] !== null) row[index] = decode(row[index])
		return rows.map((row) => makeRow(places, row) as Row)
	}

	/** @returns how many rows changed */
	change({ sql, values }: Statement): number {
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
		const statement = this.#database.prepare<unknown[], unknown[]>(sql).safeIntegers(false)
		if (!statement.reader) return { statement, places: [], decoders: [] }
		// Values are told apart by their place, and another process that migrates may bring other columns in between.
		if (STAR.test(sql)) throw new Error(`Columns have to be named: ${sql}`)
		const columns = statement.raw(true).columns()
		const decoders = columns.flatMap(({ type }, index): Kept["decoders"] => {
			if (type === "DATETIME") return [[index, (value) => new Date(String(value))]]
			return type === "BOOLEAN" ? [[index, Boolean]] : []
		})
		return { statement, places: placesOf(columns.map(({ name }) => name)), decoders }
	}
}

/** As Prisma's adapter writes it. */
function encode(value: unknown): unknown {
	if (value instanceof Date) return value.toISOString().replace("Z", "+00:00")
	return typeof value === "boolean" ? Number(value) : value
}
