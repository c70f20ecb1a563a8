import { Prisma } from "./generated/client"

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
