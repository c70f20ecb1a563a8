import type { TestServer } from "./server"

/** Everything that a refused request must leave as it was. */
export function rowsOf({ database }: TestServer) {
	return {
		users: database.prepare(`SELECT * FROM "User" ORDER BY id`).all(),
		sessions: database.prepare(`SELECT id FROM "Session" ORDER BY id`).pluck().all(),
		mails: database.prepare(`SELECT id FROM "OutboxMail" ORDER BY id`).pluck().all(),
	}
}

export type Row = Record<string, string | number | null>

export function userRow({ database }: TestServer, username: string): Row {
	return database.prepare(`SELECT * FROM "User" WHERE username = ?`).get(username) as Row
}
