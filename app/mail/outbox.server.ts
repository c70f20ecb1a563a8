import { randomUUID } from "node:crypto"
import { currentTime } from "../clock.server"
import { databaseTimeAfter, db, execute, query, sql, type Transaction } from "../db/client.server"
import type { OutboxMail } from "../db/generated/client"
import { gauge } from "../metrics.server"
import { HELD_SECONDS } from "./lease.server"

export type { OutboxMail }

/** Mails that are counted: more of them tell nothing new, and each takes time. */
const MAX_COUNTED = 10_000

gauge("gatehouse_outbox_mails", `Mails that are not sent yet, ${MAX_COUNTED} at most`, countUnsent)
gauge(
	"gatehouse_outbox_oldest_due_seconds",
	"How long the mail that is due longest has been due",
	oldestDueAge,
)

/** In the order of the index, as is what follows. */
async function countUnsent(): Promise<number> {
	const [row] = await query<{ count: number | bigint }>(sql`SELECT COUNT(*) AS "count" FROM
		(SELECT 1 FROM "OutboxMail" WHERE "sentAt" IS NULL AND "failedAt" IS NULL LIMIT ${MAX_COUNTED}) AS "unsent"`)
	return Number(row?.count)
}

async function oldestDueAge(): Promise<number> {
	const now = databaseTimeAfter(0, currentTime())
	const [row] = await query<{
		now: Date | string
		due: Date
	}>(sql`SELECT ${now} AS "now", "nextAttemptAt" AS "due"
		FROM "OutboxMail" WHERE "sentAt" IS NULL AND "failedAt" IS NULL AND "nextAttemptAt" <= ${now}
		ORDER BY "nextAttemptAt" LIMIT 1`)
	return row ? (new Date(row.now).getTime() - new Date(row.due).getTime()) / 1000 : 0
}

/** What is mailed; `auth/mails.server.ts` says when, and how. */
export type MailKind =
	| "verify"
	| "reset"
	| "password_changed"
	| "email_change"
	| "email_change_requested"
	| "email_changed"

/**
 * Puts a mail into the outbox; inside a transaction, it is sent only if that commits.
 *
 * @param mail.id of work that may be done again, which mails it once; without one, it is a mail of its own
 * @param mail.user null where there is nobody to write to, which takes as much work, now and when it is due
 * @param mail.redirectTo where its link leads on to: a path on this site
 * @param mail.isHeld it is not sent for {@link HELD_SECONDS}, unless {@link releaseMail} says so
 * @returns its id
 */
export async function enqueueMail(
	mail: {
		id?: string
		kind: MailKind
		user: { id: string; email: string } | null
		redirectTo?: string | null
		now: Date
		isHeld?: boolean
	},
	transaction: Pick<Transaction, "$executeRaw"> = db,
): Promise<string> {
	const { id = randomUUID(), kind, user, redirectTo = null, now, isHeld = false } = mail
	await transaction.$executeRaw(sql`INSERT INTO "OutboxMail"
		("id", "kind", "userId", "to", "redirectTo", "createdAt", "nextAttemptAt")
		VALUES (${id}, ${kind}, ${user?.id ?? null}, ${user?.email ?? ""}, ${redirectTo}, ${databaseTimeAfter(0, now)}, ${databaseTimeAfter(isHeld ? HELD_SECONDS : 0, now)})
		ON CONFLICT ("id") DO NOTHING`)
	return id
}

/** Has a mail that is held sent, if nobody has begun to. */
export async function releaseMail(id: string, now: Date): Promise<void> {
	await execute(
		sql`UPDATE "OutboxMail" SET "nextAttemptAt" = ${databaseTimeAfter(0, now)} WHERE "id" = ${id} AND "attempts" = 0`,
	)
}

/** Takes a mail out again, if nobody has begun to send it. */
export async function withholdMail(id: string): Promise<void> {
	await db.outboxMail.deleteMany({ where: { id, attempts: 0 } })
}

/** Mails that were sent, newest first, for development's inbox. */
export async function listSentMails(count: number): Promise<OutboxMail[]> {
	return db.outboxMail.findMany({
		where: { sentAt: { not: null } },
		orderBy: [{ createdAt: "desc" }, { id: "desc" }],
		take: count,
	})
}
