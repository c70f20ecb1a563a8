import { randomUUID } from "node:crypto"
import { serve } from "@hono/node-server"
import { betterAuth } from "better-auth"
import { hashPassword } from "better-auth/crypto"
import { getMigrations } from "better-auth/db/migration"
import Database from "better-sqlite3"
import { Hono } from "hono"
import { BETTER_AUTH_SECRET, openSqlite, PASSWORD, PEOPLE, SESSION_MS, tokenOf } from "./people.mjs"

/**
 * better-auth as its own pages set it up with Hono and SQLite, with as many people and sessions. Sessions are not kept
 * in a cookie, which is its default, and nobody is counted. `bench.mjs` starts it; it tells its port.
 */
const [file] = process.argv.slice(2)
const database = new Database(file)
database.pragma("journal_mode = WAL")
const options = {
	database,
	secret: BETTER_AUTH_SECRET,
	baseURL: "http://127.0.0.1",
	emailAndPassword: { enabled: true },
	session: { cookieCache: { enabled: false } },
	rateLimit: { enabled: false },
	telemetry: { enabled: false },
}
const { runMigrations } = await getMigrations(options)
await runMigrations()
await fill()
const auth = betterAuth(options)

const app = new Hono()
app.on(["POST", "GET"], "/api/auth/*", (context) => auth.handler(context.req.raw))
serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) => process.send?.({ port }))

async function fill() {
	const password = await hashPassword(PASSWORD)
	const [createdAt, expiresAt] = [new Date(), new Date(Date.now() + SESSION_MS)].map((time) =>
		time.toISOString(),
	)
	const times = { createdAt, updatedAt: createdAt }
	const people = Array.from({ length: PEOPLE }, (_, index) => ({
		index,
		name: `person${index}`,
		userId: randomUUID(),
	}))
	const table = openSqlite(file)
	table.begin()
	table.insert(
		"user",
		people.map(({ name, userId }) => ({
			id: userId,
			name,
			email: `${name}@example.org`,
			emailVerified: 1,
			...times,
		})),
	)
	table.insert(
		"account",
		people.map(({ userId }) => ({
			id: randomUUID(),
			accountId: userId,
			providerId: "credential",
			userId,
			password,
			...times,
		})),
	)
	table.insert(
		"session",
		people.map(({ index, userId }) => ({
			id: randomUUID(),
			token: tokenOf(index),
			userId,
			expiresAt,
			...times,
		})),
	)
	table.end()
}
