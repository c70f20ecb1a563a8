import { setTimeout as pause } from "node:timers/promises"
import { config } from "../auth.config"
import { cautiousTime } from "../clock.server"
import { agreedTime, databaseTime, execute, hasRowLocks, raw, sql } from "../db/client.server"
import { log } from "../log.server"

const PERIOD_MS = 10 * 60 * 1000
/** Rows removed by one statement, so that none holds the database for long. */
const BATCH = 500
/** Others get their turn between two batches. */
const PAUSE_MS = 50

/** Removes in the background what has run out, until stopped. @returns what stops it */
export function startCleaning(): () => void {
	let timer: NodeJS.Timeout
	const round = async () => {
		await clean(cautiousTime()).catch((error) =>
			log.error({ event: "cleaning.failed", err: error }, "What has run out could not be removed"),
		)
		plan()
	}
	// Not at the same moment as other servers on the same database.
	const plan = () => {
		timer = setTimeout(round, PERIOD_MS * (0.5 + Math.random())).unref()
	}
	plan()
	return () => clearTimeout(timer)
}

/**
 * Removes expired sessions, registrations that were never proven, and mails past their keeping time.
 *
 * @param here the time by this process's clock
 */
export async function clean(here: Date): Promise<{ sessions: number; registrations: number; mails: number }> {
	const now = await agreedTime(here)
	const keptSince = new Date(now.getTime() - config.mail.keepSeconds * 1000)
	// By the database's own clock, by which they end; SQLite has none.
	if (hasRowLocks) await removeInBatches("LimitCount", sql`"endsAt" <= ${databaseTime}`)
	const removed = {
		sessions: await removeInBatches("Session", sql`"expiresAt" <= ${now}`),
		registrations: await removeInBatches(
			"User",
			sql`"unprovenUntil" <= ${now} AND "emailVerifiedAt" IS NULL`,
		),
		mails: await removeInBatches("OutboxMail", sql`"sentAt" <= ${keptSince} OR "failedAt" <= ${keptSince}`),
	}
	if (Object.values(removed).some((count) => count > 0))
		log.info({ event: "cleaning.done", ...removed }, "Removed what had run out")
	return removed
}

async function removeInBatches(table: string, condition: ReturnType<typeof sql>): Promise<number> {
	const name = raw(`"${table}"`)
	let removed = 0
	for (;;) {
		// Said twice: for a row that somebody changed meanwhile, PostgreSQL asks only the outer one again.
		const count = await execute(
			sql`DELETE FROM ${name} WHERE "id" IN (SELECT "id" FROM ${name} WHERE ${condition} LIMIT ${BATCH})
				AND (${condition})`,
		)
		removed += count
		if (count < BATCH) return removed
		await pause(PAUSE_MS)
	}
}
