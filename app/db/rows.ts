/** Where a column's value goes: into the row, or into the object of one table in it. */
type Place = { table: string | null; column: string }

/**
 * @param names of the columns as a statement gives them; those called `table.column` become an object `table`, so that
 *   a row can hold columns of two tables that share a name
 */
export function placesOf(names: string[]): Place[] {
	return names.map((name) => {
		const [, table = null, column = name] = /^(\w+)\.(\w+)$/.exec(name) ?? []
		return { table, column }
	})
}

/** @param values of one row, in the order of `places` */
export function makeRow(places: Place[], values: unknown[]): Record<string, unknown> {
	const row: Record<string, unknown> = {}
	for (let index = 0; index < places.length; index++) {
		const { table, column } = places[index] as Place
		if (table === null) row[column] = values[index]
		else {
			row[table] ??= {}
			;(row[table] as typeof row)[column] = values[index]
		}
	}
	return row
}
