import { randomUUID } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs"
import { availableParallelism, tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { Redis } from "ioredis"
import pg from "pg"
import { say, setup } from "../bin/setup.mjs"
import { startBuiltServer } from "./server.mjs"

const PEOPLE = 200
const PASSWORD = "a password for the bench"
const ROUNDS = 4
const AT_ONCE = 4
const ROWS = 100_000
const COMPARE_WARM_UP_SECONDS = 3
const COMPARE_SECONDS = 10
/** Enough that no thread of three nodes waits for a task. */
const COMPARE_AT_ONCE = 20
/** A connection of PostgreSQL's that has nothing to do tells what it has done after ten seconds. */
const STATISTICS_DELAY_MS = 11_000
const TICKS_PER_SECOND = 100

/**
 * What the built server, PostgreSQL and Redis take for a request, by their own processor time, and what rows and keys
 * weigh. Needs Linux, an empty database and an empty Redis, both on this machine.
 */
export async function measure(databaseUrl, redisUrl) {
	setup()
	const database = new pg.Client(databaseUrl)
	await database.connect()
	const redis = new Redis(redisUrl)
	const onRedis = await withServer({ DATABASE_URL: databaseUrl, REDIS_URL: redisUrl }, async (server) => {
		await addPeople(database)
		const observe = observer(server, database, redis)
		const cookies = await signInAll(server.url)
		return {
			signIn: await observe("sign-ins", ROUNDS, () => signInAll(server.url)),
			check: await observe("session checks", ROUNDS * 2, () => view(server.url, cookies, "application/json")),
			view: await observe(
				"pages with a session that slides",
				1,
				() => view(server.url, cookies, "text/html"),
				// As if everybody had last been here two minutes ago.
				() => database.query(`UPDATE "Session" SET "expiresAt" = "expiresAt" - interval '2 minutes'`),
			),
			register: await observe("registrations", 1, () => register(server.url)),
			redisKey: await keyBytes(server.url, redis),
		}
	})
	const onPostgres = await withServer({ DATABASE_URL: databaseUrl }, async (server) => {
		await signInAll(server.url)
		const observe = observer(server, database, redis)
		return {
			signInCounted: await observe("sign-ins, limits in PostgreSQL", ROUNDS, () => signInAll(server.url)),
		}
	})
	const postgresBytes = await weighPostgres(database)
	await database.end()
	redis.disconnect()
	return {
		hashMs: await hashMs(),
		...onRedis,
		...onPostgres,
		postgresBytes,
		sqliteBytes: await weighSqlite(),
	}
}

/**
 * What one node and three do here, against what the model says of them: all that takes processor time for a request,
 * the client that asks included, shares the machine's processors, and a node's event loop is one of them at most.
 *
 * @returns of each kind of request and number of nodes, how many a second: `predicted`, `measured`
 */
export async function compare(databaseUrl, redisUrl) {
	setup()
	const database = new pg.Client(databaseUrl)
	await database.connect()
	const redis = new Redis(redisUrl)
	const env = { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl }
	const kinds = (urls, cookies) => ({
		"sign-in": (index) => signIn(urls[index % urls.length], index),
		"session check": (index) => viewOne(urls[index % urls.length], cookies[index], "application/json"),
	})
	const taken = await withServer(env, async (server) => {
		await addPeople(database)
		const observe = observer(server, database, redis)
		const asks = kinds([server.url], await signInAll(server.url))
		const costs = {}
		for (const [kind, ask] of Object.entries(asks)) {
			let client = 0
			costs[kind] = await observe(kind, kind === "sign-in" ? ROUNDS : ROUNDS * 8, async () => {
				const before = ownMs()
				const answers = await forAll(ask)
				client = (ownMs() - before) / answers.length
				return answers
			})
			costs[kind].clientMs = round4(client)
		}
		return costs
	})
	const results = []
	for (const count of [1, 3]) {
		await withServers(env, count, async (servers) => {
			const urls = servers.map(({ url }) => url)
			for (const [kind, ask] of Object.entries(kinds(urls, await signInAll(urls[0])))) {
				say(`${kind}, ${count} of them …`)
				const { processMs, loopMs, databaseMs, redisMs, clientMs } = taken[kind]
				const shared = processMs + databaseMs + redisMs + clientMs
				const predicted = 1000 * Math.min(availableParallelism() / shared, count / loopMs)
				await perSecond(ask, COMPARE_WARM_UP_SECONDS)
				const measured = await perSecond(ask, COMPARE_SECONDS)
				results.push({ kind, nodes: count, predicted: round4(predicted), measured: round4(measured) })
			}
		})
	}
	await database.query(`TRUNCATE "User", "Session", "OutboxMail"`)
	await database.end()
	redis.disconnect()
	return { taken, results }
}

async function perSecond(ask, seconds) {
	const end = performance.now() + seconds * 1000
	let done = 0
	const worker = async (_, place) => {
		for (let index = place; performance.now() < end; index = (index + COMPARE_AT_ONCE) % PEOPLE, done++)
			await ask(index)
	}
	await Promise.all(Array.from({ length: COMPARE_AT_ONCE }, worker))
	return done / seconds
}

/** Of this process, which asks. */
function ownMs() {
	const { user, system } = process.cpuUsage()
	return (user + system) / 1000
}

async function withServers(env, count, use, servers = []) {
	if (servers.length === count) return use(servers)
	return withServer(env, (server) => withServers(env, count, use, [...servers, server]))
}

async function withServer(env, use) {
	const server = await startBuiltServer({
		env: { NODE_ENV: "production", LOG_LEVEL: "info", SMTP_URL: "smtp://127.0.0.1:9", ...env },
		output: "ignore",
	})
	try {
		return await use(server)
	} finally {
		await server.stop()
	}
}

/** @returns what runs a round once, for warming up, then several times, and says what one of its requests took */
function observer({ pid }, database, redis) {
	return async (what, rounds, round, prepare) => {
		say(`${what} …`)
		await round()
		await prepare?.()
		const before = await state()
		let requests = 0
		for (let index = 0; index < rounds; index++) requests += (await round()).length
		const after = await state()
		return Object.fromEntries(
			Object.keys(before).map((key) => [key, round4((after[key] - before[key]) / requests)]),
		)
	}

	async function state() {
		await pause(STATISTICS_DELAY_MS)
		const [{ wal, commits, rows }] = (
			await database.query(`SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 AS wal,
				(SELECT xact_commit FROM pg_stat_database WHERE datname = current_database())::float8 AS commits,
				(SELECT SUM(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables)::float8 AS rows`)
		).rows
		const { rows: processes } = await database.query("SELECT pg_backend_pid() AS pid")
		const [, system, user] = (await redis.info("cpu")).match(/used_cpu_sys:([\d.]+)\s+used_cpu_user:([\d.]+)/)
		return {
			processMs: processMs(pid),
			loopMs: threadMs(pid),
			databaseMs: treeMs(parentOf(processes[0].pid)),
			redisMs: (Number(system) + Number(user)) * 1000,
			rows,
			commits,
			walBytes: wal,
		}
	}
}

/** Of the main thread alone: in Node, of the event loop. */
function threadMs(pid) {
	return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, "utf8").split(" ")[0]) / 1e6
}

function processMs(pid) {
	const fields = statOf(pid)
	return ((Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND) * 1000
}

function parentOf(pid) {
	return Number(statOf(pid)[1])
}

/** Of a process' children, those that have ended included: PostgreSQL's connections come and go. */
function treeMs(pid) {
	const fields = statOf(pid)
	const ended = ((Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND) * 1000
	const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ")
	return children.reduce((sum, child) => sum + threadMs(child), ended)
}

/** What follows the name, from the state on. */
function statOf(pid) {
	return readFileSync(`/proc/${pid}/stat`, "utf8")
		.replace(/^.*\) /, "")
		.split(" ")
}

async function hashMs() {
	const { hash } = await import("@node-rs/argon2")
	const count = 100
	const before = processMs(process.pid)
	for (let index = 0; index < count; index++)
		await hash(PASSWORD, { memoryCost: 19_456, timeCost: 2, parallelism: 1 })
	return round4((processMs(process.pid) - before) / count)
}

async function addPeople(database) {
	const { hash } = await import("@node-rs/argon2")
	const passwordHash = await hash(PASSWORD, { memoryCost: 19_456, timeCost: 2, parallelism: 1 })
	for (let index = 0; index < PEOPLE; index++)
		await database.query(
			`INSERT INTO "User" (id, username, "usernameKey", email, "emailKey", "ownedEmailKey", "passwordHash",
				"emailVerifiedAt", "createdAt", "updatedAt") VALUES ($1, $2, $2, $3, $3, $3, $4, now(), now(), now())`,
			[randomUUID(), `person${index}`, `person${index}@example.org`, passwordHash],
		)
}

/** @returns everybody's cookie */
function signInAll(url) {
	return forAll((index) => signIn(url, index))
}

async function signIn(url, index) {
	const answer = await post(url, index, "/login", { username: `person${index}`, password: PASSWORD })
	if (answer.status !== 200) throw new Error(`A sign-in was answered with ${answer.status}`)
	return answer.headers
		.getSetCookie()
		.map((cookie) => cookie.split(";")[0])
		.join("; ")
}

function view(url, cookies, accept) {
	return forAll((index) => viewOne(url, cookies[index], accept))
}

async function viewOne(url, Cookie, accept) {
	const answer = await fetch(`${url}/account`, { headers: { Accept: accept, Cookie } })
	await answer.text()
	if (answer.status !== 200) throw new Error(`A session check was answered with ${answer.status}`)
}

function register(url) {
	const run = Date.now().toString(36)
	return forAll(async (index) => {
		const password = `${PASSWORD} ${run}`
		const person = { username: `new${run}${index}`, email: `new${run}${index}@example.org` }
		const answer = await post(url, index, "/register", { ...person, password, confirm_password: password })
		if (answer.status !== 201) throw new Error(`A registration was answered with ${answer.status}`)
	})
}

/** Wrong passwords leave keys: what one such sign-in leaves in Redis. */
async function keyBytes(url, redis) {
	const [before, keysBefore] = [await usedMemory(redis), await redis.dbsize()]
	await forAll((index) =>
		post(url, index + PEOPLE, "/login", { username: `person${index}`, password: "wrong" }),
	)
	const [after, keysAfter] = [await usedMemory(redis), await redis.dbsize()]
	return {
		keysPerFailure: (keysAfter - keysBefore) / PEOPLE,
		bytes: Math.round((after - before) / (keysAfter - keysBefore)),
	}
}

async function usedMemory(redis) {
	return Number((await redis.info("memory")).match(/used_memory:(\d+)/)?.[1])
}

async function post(url, client, path, body) {
	const headers = {
		"Content-Type": "application/json",
		"X-Forwarded-For": `10.${client >> 8}.${client & 255}.1`,
	}
	const answer = await fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) })
	await answer.text()
	return answer
}

async function forAll(ask) {
	const answers = []
	let next = 0
	const worker = async () => {
		for (let index = next++; index < PEOPLE; index = next++) answers[index] = await ask(index)
	}
	await Promise.all(Array.from({ length: AT_ONCE }, worker))
	return answers
}

/** Values as long as real ones, in the order of chance, as ids are. */
const ACCOUNT = (
	random,
	text,
) => `SELECT ${random} AS id, 'person-' || n AS name, 'person-' || n || '@mail.example.org' AS email,
	'$argon2id$v=19$m=19456,t=2,p=1$' || ${text(66)} AS hash`
const USER_COLUMNS = `("id", "username", "usernameKey", "email", "emailKey", "ownedEmailKey", "passwordHash", "emailVerifiedAt",
	"createdAt", "updatedAt", "lastSignedInAt")`
const SESSION_COLUMNS = `("id", "userId", "backend", "epoch", "expiresAt", "absoluteExpiresAt", "createdAt", "lastSeenAt",
	"address", "userAgent")`
const MAIL_COLUMNS = `("id", "userId", "kind", "to", "createdAt", "nextAttemptAt", "sentAt")`
const USER_AGENT =
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"

async function weighPostgres(database) {
	say(`${ROWS} rows in PostgreSQL …`)
	await database.query(`TRUNCATE "User", "Session", "OutboxMail"`)
	const account = ACCOUNT(
		"gen_random_uuid()::text",
		(length) => `substr(repeat(md5(n::text), 3), 1, ${length})`,
	)
	await database.query(`INSERT INTO "User" ${USER_COLUMNS} SELECT id, name, name, email, email, email, hash, now(), now(), now(), now()
		FROM (${account} FROM generate_series(1, ${ROWS}) n) AS made`)
	await database.query(`INSERT INTO "Session" ${SESSION_COLUMNS} SELECT md5(id) || md5(email), id, 'cookie', 0, now() + random() * interval '7 days',
		now(), now(), now(), '203.0.113.7', '${USER_AGENT}' FROM "User"`)
	await database.query(`INSERT INTO "OutboxMail" ${MAIL_COLUMNS} SELECT gen_random_uuid()::text, id, 'verify', email, now(), now(), now()
		FROM "User"`)
	const bytes = {}
	for (const table of ["User", "Session", "OutboxMail"]) {
		const { rows } = await database.query(`SELECT pg_total_relation_size($1)::float8 AS size`, [`"${table}"`])
		bytes[table] = Math.round(rows[0].size / ROWS)
	}
	await database.query(`TRUNCATE "User", "Session", "OutboxMail"`)
	return bytes
}

async function weighSqlite() {
	say(`${ROWS} rows in SQLite …`)
	const folder = mkdtempSync(join(tmpdir(), "gatehouse-weigh-"))
	const file = join(folder, "weigh.db")
	await withServer({ DATABASE_URL: `file:${file}` }, async () => {})
	const { default: Database } = await import("better-sqlite3")
	const database = new Database(file)
	database.function("uuid", { deterministic: false }, () => randomUUID())
	const series = `WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < ${ROWS})`
	const account = ACCOUNT("uuid()", (length) => `substr(hex(randomblob(40)), 1, ${length})`)
	const now = `'${new Date().toISOString()}'`
	const fills = {
		User: `INSERT INTO "User" ${USER_COLUMNS} ${series} SELECT id, name, name, email, email, email, hash, ${now}, ${now}, ${now}, ${now} FROM (${account} FROM s)`,
		Session: `INSERT INTO "Session" ${SESSION_COLUMNS} SELECT lower(hex(randomblob(32))), id, 'cookie', 0, ${now}, ${now}, ${now}, ${now}, '203.0.113.7', '${USER_AGENT}' FROM "User"`,
		OutboxMail: `INSERT INTO "OutboxMail" ${MAIL_COLUMNS} SELECT uuid(), id, 'verify', email, ${now}, ${now}, ${now} FROM "User"`,
	}
	const bytes = {}
	for (const [table, fill] of Object.entries(fills)) {
		const before = sizeOf(database, file)
		database.exec(fill)
		bytes[table] = Math.round((sizeOf(database, file) - before) / ROWS)
	}
	database.close()
	rmSync(folder, { recursive: true, force: true })
	return bytes
}

function sizeOf(database, file) {
	database.pragma("wal_checkpoint(TRUNCATE)")
	return statSync(file).size
}

function round4(number) {
	return Math.round(number * 10_000) / 10_000
}
