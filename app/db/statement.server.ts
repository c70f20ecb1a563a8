import type { PrismaBetterSqlite3 } from "@prisma/adapter-better-sqlite3"
import { Prisma } from "./generated/client"

/** Where the database client's one connection comes from. */
type Connector = Pick<PrismaBetterSqlite3, "connect">
type Statement = Parameters<Awaited<ReturnType<PrismaBetterSqlite3["connect"]>>["queryRaw"]>[0]

/** Of `ColumnTypeEnum` in Prisma's driver adapters: those whose values are not JavaScript's own. */
const BOOLEAN = 5
const DATE_TIME = 10

/**
 * One SQL statement on the connection of Prisma's client, but past its query engine, which takes several times as long
 * as the database: for the few that every request or every sign-in runs.
 *
 * @returns rows as Prisma gives them, with `Date` and `boolean`
 */
export async function queryRows<Row>(connector: Connector, sql: Prisma.Sql): Promise<Row[]> {
	const connection = await connector.connect()
	const { columnNames, columnTypes, rows } = await connection.queryRaw(toStatement(sql))
	return rows.map((values) => {
		const row: Record<string, unknown> = {}
		for (const [index, name] of columnNames.entries()) row[name] = decode(values[index], columnTypes[index])
		return row as Row
	})
}

/** @returns how many rows changed */
export async function countChanges(connector: Connector, sql: Prisma.Sql): Promise<number> {
	return (await connector.connect()).executeRaw(toStatement(sql))
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

function toStatement({ sql, values }: Prisma.Sql): Statement {
	const argTypes = values.map((value) => ({ scalarType: scalarType(value), arity: "scalar" as const }))
	return { sql, args: values, argTypes }
}

function scalarType(value: unknown): Statement["argTypes"][number]["scalarType"] {
	if (value instanceof Date) return "datetime"
	if (typeof value === "number") return "int"
	return typeof value === "boolean" ? "boolean" : "string"
}

function decode(value: unknown, columnType: number | undefined): unknown {
	if (value === null) return null
	if (columnType === DATE_TIME) return new Date(String(value))
	return columnType === BOOLEAN ? Boolean(value) : value
}
