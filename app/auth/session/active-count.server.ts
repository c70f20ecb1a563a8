import { currentTime } from "../../clock.server"
import { query, sql } from "../../db/client.server"

/** Rows of the index that one statement walks: half a millisecond on SQLite, during which nothing else runs. */
const STEP = 5_000
const KEPT_MS = 60_000

let counted: { count: Promise<number>; at: number } | undefined

/**
 * How many sessions have not run out. Counted once a minute at most, along the index of their ends and in steps, so that a
 * million of them hold nobody up.
 */
export function countActiveSessions(): Promise<number> {
	if (counted && performance.now() - counted.at < KEPT_MS) return counted.count
	const count = countInSteps()
	counted = { count, at: performance.now() }
	count.catch(() => {
		counted = undefined
	})
	return count
}

async function countInSteps(): Promise<number> {
	let count = 0
	let after = currentTime()
	for (;;) {
		const [step] = await query<{ end: Date }>(sql`SELECT "expiresAt" AS "end" FROM "Session"
			WHERE "expiresAt" > ${after} ORDER BY "expiresAt" LIMIT 1 OFFSET ${STEP - 1}`)
		const upTo = step ? sql`AND "expiresAt" <= ${step.end}` : sql``
		const [found] = await query<{ count: number | bigint }>(
			sql`SELECT COUNT(*) AS "count" FROM "Session" WHERE "expiresAt" > ${after} ${upTo}`,
		)
		count += Number(found?.count ?? 0)
		if (!step) return count
		after = step.end
		await new Promise(setImmediate)
	}
}
