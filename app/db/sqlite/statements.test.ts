import Database from "better-sqlite3"
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest"
import { allOfUser, db, execute, openDatabase, query, raw, sql } from "../client.server"
import { insertInto } from "../statement.server"

const now = new Date("2026-01-01T12:00:00.123Z")
const ada = {
	id: "1",
	username: "Ada",
	usernameKey: "ada",
	email: "ada@example.org",
	emailKey: "ada@example.org",
	passwordHash: "-",
	ownedEmailKey: "ada@example.org",
	emailVerifiedAt: null,
	unprovenUntil: null,
	resetRequestedAt: null,
	pendingEmail: null,
	pendingEmailKey: null,
	pendingEmailAt: null,
	active: false,
	superuser: true,
	epoch: 3,
	createdAt: now,
	updatedAt: now,
	lastSignedInAt: now,
}

beforeAll(openDatabase)
beforeEach(async () => {
	await db.user.deleteMany()
})

describe("statements past Prisma's engine", () => {
	it("read what Prisma wrote as Prisma reads it", async () => {
		await db.user.create({ data: ada })
		const rows = await query(sql`SELECT ${allOfUser} FROM "User" WHERE "usernameKey" = ${"ada"}`)
		expect(rows).toMatchObject([ada])
		expect(rows).toEqual(await db.user.findMany())
	})

	it("write what Prisma reads", async () => {
		await db.user.create({ data: { ...ada, id: "0", usernameKey: "", ownedEmailKey: null } })
		const insertIf = (active: boolean) => insertInto("User", ada, sql`"User" WHERE "active" = ${active}`)
		expect(await execute(insertIf(true))).toBe(0)
		expect(await execute(insertIf(false))).toBe(1)
		await db.user.delete({ where: { id: "0" } })
		expect(await db.user.findMany()).toMatchObject([ada])
		expect(await db.user.count({ where: { createdAt: now } })).toBe(1)
	})

	it("tell how many rows they changed", async () => {
		await db.user.create({ data: ada })
		const update = (id: string) => execute(sql`UPDATE "User" SET "active" = ${true} WHERE "id" = ${id}`)
		expect([await update("1"), await update("2")]).toEqual([1, 0])
		expect(await query(sql`SELECT "id" FROM "User" WHERE "active" = ${true}`)).toHaveLength(1)
	})

	it("take values as values, whatever is in them", async () => {
		await db.user.create({ data: ada })
		for (const key of ["' OR 1=1 --", '"; DROP TABLE "User"; --', "ada\0", "%"])
			expect(await query(sql`SELECT "id" FROM "User" WHERE "usernameKey" = ${key}`)).toEqual([])
		expect(await db.user.count()).toBe(1)
	})

	it("wait for the end of another request's transaction", async () => {
		const order: string[] = []
		let read: Promise<unknown> = Promise.resolve()
		const write = db.$transaction(async (transaction) => {
			await transaction.user.create({ data: ada })
			read = query(sql`SELECT "id" FROM "User"`).then((rows) => order.push(`read ${rows.length}`))
			await new Promise((resolve) => setTimeout(resolve, 20))
			order.push("about to roll back")
			throw new Error("rolled back")
		})
		await expect(write).rejects.toThrow("rolled back")
		await read
		expect(order).toEqual(["about to roll back", "read 0"])
	})

	it("fail as Prisma's do when the database is at fault", async () => {
		await execute(sql`PRAGMA query_only = ON`)
		try {
			await expect(execute(insertInto("User", ada, sql`"User"`))).rejects.toMatchObject({ status: 503 })
			await expect(db.user.create({ data: ada })).rejects.toMatchObject({ status: 503 })
		} finally {
			await execute(sql`PRAGMA query_only = OFF`)
		}
	})

	it("are prepared once, also when others come between, and not kept without end", async () => {
		const prepare = vi.spyOn(Database.prototype, "prepare")
		const count = (text: string) => prepare.mock.calls.filter(([sql]) => sql.includes(text)).length
		try {
			for (const id of ["1", "2", "3"]) await query(sql`SELECT "id" FROM "User" WHERE "id" = ${id}`)
			expect(count('SELECT "id" FROM "User"')).toBe(1)
			for (let index = 0; index < 300; index++) await query(sql`SELECT ${raw(String(index))} AS "n"`)
			await query(sql`SELECT "id" FROM "User" WHERE "id" = ${"1"}`)
			expect(count('SELECT "id" FROM "User"')).toBe(2)
		} finally {
			prepare.mockRestore()
		}
	})

	it("give two tables' columns of the same name apart", async () => {
		await db.user.create({ data: ada })
		const [row] = await query(
			sql`SELECT "id", "id" AS "first.id", "active" AS "second.active", "createdAt" AS "second.at" FROM "User"`,
		)
		expect(row).toEqual({ id: "1", first: { id: "1" }, second: { active: false, at: now } })
		expect(await query(sql`SELECT count("User".id) FROM "User"`)).toEqual([{ 'count("User".id)': 1 }])
	})

	it("name their columns, which a migration by another process may move", async () => {
		for (const all of [
			sql`SELECT * FROM "User"`,
			sql`SELECT u."id", u.* FROM "User" u`,
			sql`SELECT "User".* FROM "User"`,
			sql`SELECT DISTINCT * FROM "User"`,
			sql`SELECT "id", * FROM "User"`,
			sql`DELETE FROM "User" RETURNING *`,
		])
			await expect(query(all)).rejects.toThrow("Columns have to be named")
		expect(await query(sql`SELECT COUNT(*) AS "count", 2 * 3 AS "six" FROM "User"`)).toEqual([
			{ count: 0, six: 6 },
		])
		expect(await execute(sql`INSERT INTO "User" SELECT * FROM "User"`)).toBe(0)
	})

	it("hand on what is our own mistake", async () => {
		await expect(query(sql`SELECT "id" FROM "Nowhere"`)).rejects.not.toHaveProperty("status")
	})
})
