import { databaseTime, execute, isDatabaseUnavailable, query, sql } from "../../db/client.server"
import { HOME, NEIGHBOURHOOD, networkOf } from "../../network"
import { sign } from "../signature.server"
import {
	type Charge,
	MAX_KEYS_PER_NEIGHBOURHOOD,
	MIN_KEYS_PER_HOME,
	rateLimited,
	rulesOf,
	type SharedCounts,
} from "./counts"

/**
 * In PostgreSQL: one statement for all that a request is charged, a second one where that is too much. Rows are locked
 * in the order of their ids, counts before shares, so that no two requests wait for each other. Times are by the
 * database's clock. Ids are keyed hashes of what is counted.
 */
export class CountsInPostgres implements SharedCounts {
	readonly place = "postgresql"

	async take(charges: readonly Charge[]) {
		const taken = await query<{ id: string }>(sql`
			WITH ${asked(charges)}, "full" AS (
				SELECT "id" FROM "asked" WHERE NOT ${isLive(sql`"asked"."id"`, 1)}
					AND ${isLive(sql`"neighbourhood"`, MAX_KEYS_PER_NEIGHBOURHOOD)} AND ${isLive(sql`"home"`, MIN_KEYS_PER_HOME)}
			), "taken" AS (
				INSERT INTO "LimitCount" AS "old" ("id", "count", "endsAt", "windowEndsAt")
				SELECT "id", 1, "end", "end" FROM "asked" WHERE "id" NOT IN (SELECT "id" FROM "full") ORDER BY "id"
				ON CONFLICT ("id") DO UPDATE SET
					"count" = CASE WHEN "old"."endsAt" > ${databaseTime} THEN "old"."count" + 1 ELSE 1 END,
					"endsAt" = CASE WHEN "old"."endsAt" > ${databaseTime} THEN "old"."endsAt" ELSE excluded."endsAt" END,
					"windowEndsAt" = CASE WHEN "old"."endsAt" > ${databaseTime} THEN "old"."windowEndsAt" ELSE excluded."endsAt" END,
					"blocked" = false
				WHERE "old"."endsAt" <= ${databaseTime}
					OR "old"."count" < (SELECT "points" FROM "asked" WHERE "asked"."id" = "old"."id")
				RETURNING "id", "count"
			), "shares" AS (${changeShares(sql`SELECT "id" FROM "taken" WHERE "count" = 1`, 1)})
			SELECT "id" FROM "taken"`)
		if (taken.length === charges.length) return null
		const isTaken = (charge: Charge) => taken.some(({ id }) => id === idOf(charge))
		const refused = charges.find((charge) => !isTaken(charge)) as Charge
		const [milliseconds] = await Promise.all([this.#refuse(refused), this.giveBack(charges.filter(isTaken))])
		return rateLimited(refused[0], milliseconds)
	}

	async giveBack(charges: readonly Charge[]) {
		if (charges.length === 0) return
		await execute(sql`
			WITH ${asked(charges)}, "held" AS (
				SELECT "asked".*, "count" - 1 AS "left" FROM "LimitCount" JOIN "asked" USING ("id")
				WHERE "endsAt" > ${databaseTime} ORDER BY "id" FOR UPDATE OF "LimitCount"
			), "given" AS (
				UPDATE "LimitCount" SET "count" = "left",
					"endsAt" = CASE WHEN "left" <= 0 THEN ${databaseTime} WHEN "left" < "points" THEN "windowEndsAt" ELSE "endsAt" END,
					"blocked" = "blocked" AND "left" >= "points"
				FROM "held" WHERE "LimitCount"."id" = "held"."id"
				RETURNING "held"."id", "left"
			)
			${changeShares(sql`SELECT "id" FROM "given" WHERE "left" <= 0`, -1)}`)
	}

	async forget(charge: Charge) {
		await execute(sql`
			WITH ${asked([charge])}, "gone" AS (
				DELETE FROM "LimitCount" WHERE "id" = ${idOf(charge)} AND "endsAt" > ${databaseTime} RETURNING "id"
			)
			${changeShares(sql`SELECT "id" FROM "gone"`, -1)}`)
	}

	async probe() {
		await execute(sql`
			INSERT INTO "LimitCount" ("id", "count", "endsAt", "windowEndsAt")
			VALUES ('probe', 0, ${databaseTime}, ${databaseTime}) ON CONFLICT ("id") DO UPDATE SET "count" = 0`)
	}

	reasonOf(error: unknown): string {
		return isDatabaseUnavailable(error) ? "unavailable" : String((error as { code?: unknown }).code ?? error)
	}

	/** The pool does, by itself. */
	reconnect(): void {}

	close(): void {}

	/** A block begins with the first one that is too much. @returns for how long */
	async #refuse([name, key, address]: Charge): Promise<number> {
		const id = idOf([name, key, address])
		const { points, blockMs, windowMs } = rulesOf(name)
		if (blockMs > 0)
			await execute(sql`
				UPDATE "LimitCount" SET "blocked" = true, "endsAt" = ${inMilliseconds(sql`${blockMs}`)}
				WHERE "id" = ${id} AND NOT "blocked" AND "count" >= ${points} AND "endsAt" > ${databaseTime}`)
		const [row] = await query<{ left: number }>(sql`
			SELECT (extract(epoch FROM "endsAt" - ${databaseTime}) * 1000)::float8 AS "left" FROM "LimitCount" WHERE "id" = ${id}`)
		// Without a row, there was no room for one.
		return row?.left ?? windowMs
	}
}

/** What charges are counted into, with the shares of keys that their networks have. */
function asked(charges: readonly Charge[]) {
	const ids = (idOfEach: (charge: Charge) => string) => sql`${charges.map(idOfEach)}::text[]`
	const numbers = charges.map(([name]) => rulesOf(name))
	return sql`"asked" AS (
		SELECT "id", "points", "neighbourhood", "home", ${inMilliseconds(sql`"window"`)} AS "end"
		FROM unnest(${ids(idOf)}, ${ids(neighbourhoodOf)}, ${ids(homeOf)}, ${numbers.map(({ points }) => points)}::int[],
			${numbers.map(({ windowMs }) => windowMs)}::float8[]) AS "given" ("id", "neighbourhood", "home", "points", "window")
	)`
}

/** @param ids of those of `asked` whose networks have one key more in their shares, or one less */
function changeShares(ids: ReturnType<typeof sql>, by: 1 | -1) {
	// A share that is over has nothing left to take away.
	const end = by === 1 ? sql`max("end")` : databaseTime
	return sql`
		INSERT INTO "LimitCount" AS "share" ("id", "count", "endsAt", "windowEndsAt")
		SELECT "place", sum(${by}::int), ${end}, ${end}
		FROM (SELECT unnest(ARRAY["neighbourhood", "home"]) AS "place", "end" FROM "asked" WHERE "id" IN (${ids})) AS "places"
		GROUP BY "place" ORDER BY "place"
		ON CONFLICT ("id") DO UPDATE SET
			"count" = CASE WHEN "share"."endsAt" > ${databaseTime}
				THEN greatest(0, "share"."count" + excluded."count") ELSE excluded."count" END,
			"endsAt" = CASE WHEN "share"."endsAt" > ${databaseTime} THEN "share"."endsAt" ELSE excluded."endsAt" END`
}

/** Whether there is such a count, and it is as high. */
function isLive(id: ReturnType<typeof sql>, least: number) {
	return sql`EXISTS (SELECT FROM "LimitCount" AS "known"
		WHERE "known"."id" = ${id} AND "known"."endsAt" > ${databaseTime} AND "known"."count" >= ${least}::int)`
}

function inMilliseconds(milliseconds: ReturnType<typeof sql>) {
	return sql`${databaseTime} + make_interval(secs => ${milliseconds}::float8 / 1000)`
}

function idOf([name, key]: Charge): string {
	return `${name} ${sign("limit", key)}`
}

function neighbourhoodOf([name, , address]: Charge): string {
	return `share ${name} ${sign("limit", networkOf(address, NEIGHBOURHOOD))}`
}

function homeOf([name, , address]: Charge): string {
	return `share ${name} ${sign("limit", networkOf(address, HOME))}`
}
