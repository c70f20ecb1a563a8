import { createHash } from "node:crypto"
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import Database from "better-sqlite3"
import { beforeEach, describe, expect, it } from "vitest"
import { StartError } from "../../start-error"
import { migrate } from "./migrate.server"

const folder = "prisma/migrations/sqlite"
const shipped = readdirSync(folder, { withFileTypes: true })
	.filter((entry) => entry.isDirectory())
	.map(({ name }) => name)
	.sort()

let file: string

beforeEach(() => {
	file = join(mkdtempSync(join(tmpdir(), "gatehouse-")), "test.db")
})

function run(): string[] {
	const applied: string[] = []
	migrate(file, (name) => applied.push(name))
	return applied
}

function inFile<T>(work: (database: Database.Database) => T): T {
	const database = new Database(file)
	try {
		return work(database)
	} finally {
		database.close()
	}
}

type Row = { migration_name: string; checksum: string; finished_at: unknown; applied_steps_count: number }

function bookkeeping(): Row[] {
	return inFile(
		(database) =>
			database.prepare(`SELECT * FROM "_prisma_migrations" ORDER BY migration_name`).all() as Row[],
	)
}

it("an empty database gets every migration, in order, and the next start none", () => {
	expect(run()).toEqual(shipped)
	expect(run()).toEqual([])
	expect(bookkeeping().map((row) => row.migration_name)).toEqual(shipped)
})

it("keeps the books as Prisma's command line does", () => {
	run()
	for (const row of bookkeeping()) {
		const sql = readFileSync(join(folder, row.migration_name, "migration.sql"))
		expect(row.checksum).toBe(createHash("sha256").update(sql).digest("hex"))
		expect(row.finished_at).not.toBeNull()
		expect(row.applied_steps_count).toBe(1)
	}
})

it("leaves what is in the database alone", () => {
	run()
	inFile((database) =>
		database.exec(`INSERT INTO "OutboxMail" ("id", "kind", "to", "createdAt", "nextAttemptAt")
			VALUES ('1', 'verify', 'ada@example.org', 0, 0)`),
	)
	run()
	expect(inFile((database) => database.prepare(`SELECT count(*) FROM "OutboxMail"`).pluck().get())).toBe(1)
})

it("refuses a database that knows a migration that this build does not, and changes nothing", () => {
	run()
	inFile((database) =>
		database
			.prepare(
				`INSERT INTO "_prisma_migrations" (id, checksum, migration_name) VALUES ('x', 'y', '2099_future')`,
			)
			.run(),
	)
	const before = bookkeeping()
	expect(run).toThrow(StartError)
	expect(run).toThrow(/^DATABASE_URL: .*2099_future/)
	expect(bookkeeping()).toEqual(before)
})

it("refuses a migration that was changed after it had been applied", () => {
	run()
	inFile((database) => database.exec(`UPDATE "_prisma_migrations" SET checksum = 'other'`))
	expect(run).toThrow(StartError)
	expect(run).toThrow(new RegExp(`${shipped[0]} was changed`))
})

it("a migration that fails leaves nothing behind, and is applied once it can be", () => {
	inFile((database) => database.exec(`CREATE TABLE "OutboxMail" (x)`))
	expect(run).toThrow(/already exists/)
	const tables = inFile((database) => database.prepare("SELECT name FROM sqlite_master").pluck().all())
	expect(tables).toEqual(["OutboxMail"])
	inFile((database) => database.exec(`DROP TABLE "OutboxMail"`))
	expect(run()).toEqual(shipped)
})

it("one that was marked as rolled back is applied again", () => {
	run()
	inFile((database) =>
		database.exec(
			`UPDATE "_prisma_migrations" SET rolled_back_at = 1; DROP TABLE "Session"; DROP TABLE "User"; DROP TABLE "OutboxMail"`,
		),
	)
	expect(run()).toEqual(shipped)
})

describe("a later migration", () => {
	const time = "2026-01-01T00:00:00.000+00:00"

	function later(sql: string): string {
		run()
		inFile((database) =>
			database.exec(`
				INSERT INTO "User" (id, username, usernameKey, email, emailKey, passwordHash, createdAt, updatedAt)
					VALUES ('u', 'ada', 'ada', 'ada@example.org', 'ada@example.org', '', '${time}', '${time}');
				INSERT INTO "Session" VALUES ('s', 'u', 'cookie', 0, '${time}', '${time}', '${time}', '${time}', '', '')`),
		)
		const migrations = join(mkdtempSync(join(tmpdir(), "gatehouse-")), "migrations")
		cpSync(folder, migrations, { recursive: true })
		mkdirSync(join(migrations, "99999999999999_later"))
		writeFileSync(join(migrations, "99999999999999_later", "migration.sql"), sql)
		return migrations
	}

	const sessions = () =>
		inFile((database) => database.prepare(`SELECT count(*) FROM "Session"`).pluck().get())

	it("that makes a table anew, as Prisma does, leaves what refers to it alone", () => {
		const migrations = later(`PRAGMA foreign_keys=OFF;
			CREATE TABLE "new_User" AS SELECT * FROM "User"; DROP TABLE "User"; ALTER TABLE "new_User" RENAME TO "User";
			CREATE UNIQUE INDEX "User_id" ON "User"("id"); PRAGMA foreign_keys=ON;`)
		migrate(file, () => {}, migrations)
		expect(sessions()).toBe(1)
	})

	it("that leaves rows which refer to nothing is refused, and undone", () => {
		const migrations = later(`DELETE FROM "User"`)
		expect(() => migrate(file, () => {}, migrations)).toThrow(StartError)
		expect(inFile((database) => database.prepare(`SELECT count(*) FROM "User"`).pluck().get())).toBe(1)
		expect(sessions()).toBe(1)
	})
})
