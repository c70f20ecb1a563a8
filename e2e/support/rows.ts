import type { TestServer } from "./server"

/** Everything that a refused request must leave as it was. */
export function rowsOf({ database }: TestServer) {
	return {
		users: database.prepare(`SELECT * FROM "User" ORDER BY id`).all(),
		sessions: database.prepare(`SELECT id FROM "Session" ORDER BY id`).pluck().all(),
		// One to nobody is only pretended, and gone at the next poll.
		mails: database
			.prepare(`SELECT id FROM "OutboxMail" WHERE "userId" IS NOT NULL ORDER BY id`)
			.pluck()
			.all(),
	}
}

export type Row = Record<string, string | number | null>

export function userRow({ database }: TestServer, username: string): Row {
	return database.prepare(`SELECT * FROM "User" WHERE username = ?`).get(username) as Row
}

/** What the newest mail to this address is about: its words are a fork's to choose. */
export function lastMailKind({ database }: TestServer, to: string): unknown {
	const kinds = database.prepare(
		`SELECT kind FROM "OutboxMail" WHERE "to" = ? ORDER BY "createdAt" DESC LIMIT 1`,
	)
	return kinds.pluck().get(to)
}
