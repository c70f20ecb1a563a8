import { createHash } from "node:crypto"
import Database from "better-sqlite3"
import express from "express"

/**
 * What a session check costs with nothing around it: a bare Express with the same look-up in the same file, and the
 * same body. `bench.mjs` starts it; it tells its port.
 */
const [databaseUrl] = process.argv.slice(2)
const database = new Database(databaseUrl.replace("file:", ""))
const find = database.prepare(`
	SELECT u."id", u."username", u."email", u."emailVerifiedAt", u."active", u."superuser", u."createdAt",
		u."epoch", s."epoch" AS "sessionEpoch", s."expiresAt", s."absoluteExpiresAt", s."backend"
	FROM "Session" s JOIN "User" u ON u."id" = s."userId" WHERE s."id" = ?`)

const app = express()
app.get("/account", (request, response) => {
	const token = /=([^;]*)/.exec(request.headers.cookie ?? "")?.[1] ?? ""
	const row = find.get(createHash("sha256").update(token).digest("hex"))
	if (!row?.active || row.epoch !== row.sessionEpoch || new Date(row.expiresAt) <= new Date())
		return response.status(401).json({ code: "unauthenticated" })
	response.json({
		user: {
			id: row.id,
			username: row.username,
			email: row.email,
			verified: row.emailVerifiedAt !== null,
			active: Boolean(row.active),
			superuser: Boolean(row.superuser),
			created_at: new Date(row.createdAt).toISOString(),
		},
		session: {
			expires_at: new Date(row.expiresAt).toISOString(),
			absolute_expires_at: new Date(row.absoluteExpiresAt).toISOString(),
			backend: row.backend,
		},
	})
})

const server = app.listen(0, "127.0.0.1", () => process.send?.({ port: server.address().port }))
