import { Prisma } from "./generated/client"

/** What is run: its text as SQLite reads it (`sql`) and as PostgreSQL does (`text`), and its values. */
export type Statement = Pick<Prisma.Sql, "sql" | "text" | "values">

/**
 * For what every request runs: the text is put together once, and not for each call.
 *
 * @param example the statement with as many values, of any kind
 * @returns what makes it with those of a call
 */
export function withValues(example: Prisma.Sql): (...values: Prisma.Sql["values"]) => Statement {
	const { sql, text } = example
	return (...values) => ({ sql, text, values })
}

/**
 * A row as a statement that inserts it if `condition` holds.
 *
 * @param row by column; its keys are ours, never a client's
 * @param condition a table and what must be true of a row in it, such as `"User" WHERE "id" = 1`
 */
export function insertInto(
	table: Prisma.ModelName,
	row: Record<string, Date | string | number | boolean | null>,
	condition: Prisma.Sql,
) {
	const columns = Object.keys(row).map((column) => `"${column}"`)
	return Prisma.sql`INSERT INTO ${Prisma.raw(`"${table}" (${columns.join(", ")})`)}
		SELECT ${Prisma.join(Object.values(row))} FROM ${condition}`
}
