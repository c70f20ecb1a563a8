import { createHash, createHmac, randomUUID } from "node:crypto"
import { hash } from "@node-rs/argon2"
import Database from "better-sqlite3"
import pg from "pg"
import { say } from "../bin/setup.mjs"

/** Who is in the database that is measured, and with which sessions; `load.mjs` finds both by their number. */
export const PEOPLE = 1_000
export const PASSWORD = "a password for the bench"
export const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
/** Of those whose name begins with `quick`: checked in no time, for warming up only. */
const QUICK = { ...ARGON2, memoryCost: 8 }
const BATCH = 10_000
export const SESSION_MS = 7 * 24 * 60 * 60 * 1000

export function tokenOf(index) {
	return createHash("sha256").update(`session ${index}`).digest("base64url")
}

/** A client address that nobody else has. */
export function addressOf(index) {
	return `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`
}

export const BETTER_AUTH_SECRET = "a secret for the bench, and for nothing else"

/** As better-auth signs what it puts into a cookie. */
export function signedTokenOf(index) {
	const token = tokenOf(index)
	const signature = createHmac("sha256", BETTER_AUTH_SECRET).update(token).digest("base64")
	return encodeURIComponent(`${token}.${signature}`)
}

/** `count` people and `PEOPLE` quick ones, and a session for each of the first, as one transaction. */
export async function fill(databaseUrl, count) {
	const table = databaseUrl.startsWith("file:") ? openSqlite(databaseUrl) : await openPostgres(databaseUrl)
	const now = new Date()
	const quickHash = await hash(PASSWORD, QUICK)
	const passwordHash = await hash(PASSWORD, ARGON2)
	const range = (from, to) => Array.from({ length: to - from }, (_, index) => from + index)
	await table.begin()
	await table.insert(
		"User",
		range(0, PEOPLE).map((index) => userOf(`quick${index}`, quickHash, now)),
	)
	for (let from = 0; from < count; from += BATCH) {
		const numbers = range(from, Math.min(from + BATCH, count))
		const users = numbers.map((index) => userOf(`person${index}`, passwordHash, now))
		await table.insert("User", users)
		await table.insert(
			"Session",
			numbers.map((index, place) => sessionOf(index, users[place].id, now)),
		)
		if ((from + BATCH) % 250_000 === 0) say(`${(from + BATCH).toLocaleString("en")} people …`)
	}
	await table.end()
}

function userOf(name, passwordHash, now) {
	const email = `${name}@example.org`
	return {
		id: randomUUID(),
		username: name,
		usernameKey: name,
		email,
		emailKey: email,
		ownedEmailKey: email,
		passwordHash,
		emailVerifiedAt: now.toISOString(),
		active: 1,
		superuser: 0,
		epoch: 0,
		createdAt: now.toISOString(),
		updatedAt: now.toISOString(),
	}
}

/** A remembered one: looking at it writes nothing, so that what is measured is finding it. */
function sessionOf(index, userId, now) {
	const end = new Date(now.getTime() + SESSION_MS).toISOString()
	return {
		id: createHash("sha256").update(tokenOf(index)).digest("hex"),
		userId,
		backend: "cookie",
		epoch: 0,
		expiresAt: end,
		absoluteExpiresAt: end,
		createdAt: now.toISOString(),
		lastSeenAt: now.toISOString(),
		address: "203.0.113.7",
		userAgent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)",
	}
}

export function openSqlite(databaseUrl) {
	const database = new Database(databaseUrl.replace("file:", ""))
	return {
		begin: () => database.exec("BEGIN IMMEDIATE"),
		insert(name, rows) {
			const columns = Object.keys(rows[0])
			const [names, values] = [columns.map((column) => `"${column}"`), columns.map((column) => `@${column}`)]
			const statement = database.prepare(`INSERT INTO "${name}" (${names}) VALUES (${values})`)
			for (const row of rows) statement.run(row)
		},
		end() {
			database.exec("COMMIT")
			database.pragma("wal_checkpoint(TRUNCATE)")
			database.close()
		},
	}
}

async function openPostgres(databaseUrl) {
	const client = new pg.Client(databaseUrl)
	await client.connect()
	return {
		begin: () => client.query("BEGIN"),
		insert(name, rows) {
			const names = Object.keys(rows[0]).map((column) => `"${column}"`)
			const made = `json_populate_recordset(NULL::"${name}", $1)`
			return client.query(`INSERT INTO "${name}" (${names}) SELECT ${names} FROM ${made}`, [
				JSON.stringify(rows),
			])
		},
		async end() {
			await client.query("COMMIT")
			// What PostgreSQL would begin by itself a minute later, while it is measured.
			await client.query("VACUUM ANALYZE")
			await client.query("CHECKPOINT")
			await client.end()
		},
	}
}
