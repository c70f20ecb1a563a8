import { existsSync } from "node:fs"
import Database from "better-sqlite3"
import { beforeAll, beforeEach, describe, expect, it } from "vitest"
import { env } from "../../env.server"
import {
	closeDatabase,
	db,
	inTransaction,
	isDatabaseUnavailable,
	isUniqueViolation,
	openDatabase,
	pingDatabase,
} from "../client.server"

const databaseFile = env.databaseUrl.slice("file:".length)
const now = new Date("2026-01-01T12:00:00.000Z")

beforeAll(openDatabase)
beforeEach(async () => {
	await db.user.deleteMany()
})

function user(name: string) {
	const email = `${name}@example.org`
	return {
		id: name,
		username: name,
		usernameKey: name,
		email,
		emailKey: email,
		passwordHash: "-",
		createdAt: now,
		updatedAt: now,
	}
}

async function names(): Promise<string[]> {
	return (await db.user.findMany({ orderBy: { username: "asc" } })).map(({ username }) => username)
}

function pause(milliseconds = 20): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

describe("a transaction", () => {
	it("that rolls back takes nobody else's writes with it", async () => {
		const others: Promise<unknown>[] = []
		const undone = inTransaction(async (transaction) => {
			await transaction.user.create({ data: user("undone") })
			others.push(db.user.create({ data: user("other") }))
			others.push(db.$executeRaw`UPDATE "User" SET "epoch" = 7 WHERE "username" = 'other'`)
			await pause()
			throw new Error("undone")
		})
		await expect(undone).rejects.toThrow("undone")
		await Promise.all(others)
		expect(await names()).toEqual(["other"])
		expect((await db.user.findUniqueOrThrow({ where: { id: "other" } })).epoch).toBe(7)
	})

	it("is not seen by others before it commits", async () => {
		let seen: Promise<string[]> | undefined
		let order = ""
		await inTransaction(async (transaction) => {
			await transaction.user.create({ data: user("inside") })
			seen = names().then((found) => {
				order += "read "
				return found
			})
			await pause()
			order += "committing "
		})
		expect(await seen).toEqual(["inside"])
		expect(order).toBe("committing read ")
	})

	it("waits for the one before it, and many at once all come to their end", async () => {
		const outcomes = await Promise.allSettled(
			Array.from({ length: 20 }, (_, index) =>
				inTransaction(async (transaction) => {
					await transaction.user.create({ data: user(`n${index}`) })
					await pause(1)
					if (index % 2) throw new Error("undone")
				}),
			),
		)
		expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(10)
		expect(await names()).toHaveLength(10)
		await pingDatabase()
	})

	it("that fails by a unique index leaves nothing, and the next one works", async () => {
		await db.user.create({ data: user("taken") })
		const failed = await inTransaction(async (transaction) => {
			await transaction.user.create({ data: { ...user("new"), usernameKey: "taken" } })
		}).catch((error: unknown) => error)
		expect(isUniqueViolation(failed)).toBe(true)
		await inTransaction((transaction) => transaction.user.create({ data: user("next") }))
		expect(await names()).toEqual(["next", "taken"])
	})
})

describe("beside another process", () => {
	it("a transaction that has read may still write: the other one waits", async () => {
		await db.user.create({ data: user("counted") })
		const other = new Database(databaseFile, { timeout: 0 })
		const count = await inTransaction(async (transaction) => {
			const before = await transaction.user.count()
			expect(() => other.exec(`DELETE FROM "User"`)).toThrow("locked")
			await transaction.user.create({ data: user("second") })
			return before
		})
		expect([count, await names()]).toEqual([1, ["counted", "second"]])
		other.close()
	})

	it("a write waits until the other one is done, and holds nobody else up meanwhile", async () => {
		await db.user.create({ data: user("before") })
		const other = new Database(databaseFile)
		other.exec("BEGIN IMMEDIATE")
		let longestTick = 0
		let last = performance.now()
		const clock = setInterval(() => {
			longestTick = Math.max(longestTick, performance.now() - last)
			last = performance.now()
		}, 5)
		const written = [
			db.user.create({ data: user("alone") }),
			inTransaction((transaction) => transaction.user.create({ data: user("together") })),
			db.$executeRaw`UPDATE "User" SET "epoch" = 7 WHERE "username" = 'before'`,
		]
		await pause(300)
		expect(await names()).toEqual(["before"])
		await pause(300)
		other.exec("COMMIT")
		await Promise.all(written)
		clearInterval(clock)
		expect(await names()).toEqual(["alone", "before", "together"])
		// Waiting inside of SQLite would be one tick of 600 ms.
		expect(longestTick).toBeLessThan(400)
		other.close()
	})

	it("gives up after a few seconds, and works again afterwards", async () => {
		const other = new Database(databaseFile)
		other.exec("BEGIN IMMEDIATE")
		const tried = await Promise.allSettled([
			db.user.create({ data: user("alone") }),
			inTransaction((transaction) => transaction.user.create({ data: user("together") })),
		])
		for (const outcome of tried)
			expect(outcome.status === "rejected" && isDatabaseUnavailable(outcome.reason)).toBe(true)
		other.exec("COMMIT")
		await inTransaction((transaction) => transaction.user.create({ data: user("afterwards") }))
		expect(await names()).toEqual(["afterwards"])
		other.close()
	}, 10_000)
})

describe("U3: the connection", () => {
	it("keeps foreign keys, and the log that survives a killed process", async () => {
		const session = {
			id: "s",
			userId: "nobody",
			backend: "cookie",
			epoch: 0,
			expiresAt: now,
			absoluteExpiresAt: now,
			createdAt: now,
			lastSeenAt: now,
			address: "-",
			userAgent: "-",
		}
		await expect(db.session.create({ data: session })).rejects.toThrow()
		await db.user.create({ data: user("somebody") })
		await db.session.create({ data: { ...session, userId: "somebody" } })
		await db.user.delete({ where: { id: "somebody" } })
		expect(await db.session.count()).toBe(0)
		expect(await db.$queryRaw`PRAGMA journal_mode`).toEqual([{ journal_mode: "wal" }])
	})

	it("reads by mapping, as far as SQLite allows", async () => {
		const [{ mmap_size: bytes }] = await db.$queryRaw<[{ mmap_size: bigint }]>`PRAGMA mmap_size`
		expect(Number(bytes)).toBeGreaterThan(2_000_000_000)
	})

	it("decides races for a name by the index: one of many wins", async () => {
		const outcomes = await Promise.allSettled(
			Array.from({ length: 16 }, (_, index) =>
				db.user.create({ data: { ...user(`r${index}`), usernameKey: "same" } }),
			),
		)
		expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1)
		for (const outcome of outcomes)
			if (outcome.status === "rejected") expect(isUniqueViolation(outcome.reason)).toBe(true)
	})
})

it("after it was closed, the database opens again", async () => {
	await db.user.create({ data: user("before") })
	await closeDatabase()
	await openDatabase()
	await pingDatabase()
	expect(await names()).toEqual(["before"])
})

it("closing leaves no file open, also where Prisma's engine was never asked", async () => {
	await closeDatabase()
	await openDatabase()
	await pingDatabase()
	expect(existsSync(`${databaseFile}-wal`)).toBe(true)
	await closeDatabase()
	expect(existsSync(`${databaseFile}-wal`)).toBe(false)
})
