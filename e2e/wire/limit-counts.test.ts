import { randomUUID } from "node:crypto"
import { setTimeout as pause } from "node:timers/promises"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Charge, Counts } from "../../app/auth/limit/counts"
import { config } from "../../app/auth.config"
import { isOnPostgres, makeDatabase } from "../support/database"
import { type RedisServer, startRedis } from "../support/redis"

/**
 * What charges mean, wherever they are counted: in the memory of a process, in PostgreSQL when the tests run on
 * that, in Redis among the system tests. Two connections are two nodes.
 */
const NAME = "registrationPerClient"
const OTHER = "wrongPasswordPerClient"
const shipped = { [NAME]: config.limits[NAME], [OTHER]: config.limits[OTHER] }

const isInRedis = process.env.TEST_COUNTS === "redis"
let redis: RedisServer | undefined
const close: (() => void)[] = []

beforeAll(async () => {
	Object.assign(process.env, {
		NODE_ENV: "test",
		SECRET: "wire-tests-sign-with-0123456789-abcdefghij",
		DATABASE_URL: await makeDatabase(),
		LOG_LEVEL: "silent",
	})
	config.limits[NAME] = { points: 3, durationSeconds: 2 }
	config.limits[OTHER] = { points: 3, durationSeconds: 60, blockSeconds: 600 }
	if (isOnPostgres()) await (await import("../../app/db/client.server")).openDatabase()
	if (isInRedis) redis = await startRedis()
})
afterAll(async () => {
	Object.assign(config.limits, shipped)
	for (const end of close) end()
	if (isOnPostgres()) await (await import("../../app/db/client.server")).closeDatabase()
	await redis?.stop()
})

async function inMemory(): Promise<[Counts, Counts]> {
	const { CountsInMemory } = await import("../../app/auth/limit/counts-in-memory.server")
	const counts = new CountsInMemory()
	return [counts, counts]
}

async function inRedis(): Promise<[Counts, Counts]> {
	const { CountsInRedis } = await import("../../app/auth/limit/counts-in-redis.server")
	const nodes = [0, 1].map(() => new CountsInRedis(redis?.url ?? "")) as [Counts, Counts] &
		InstanceType<typeof CountsInRedis>[]
	for (const node of nodes) {
		close.push(() => node.close())
		await node.probe()
	}
	return nodes
}

async function inPostgres(): Promise<[Counts, Counts]> {
	const { CountsInPostgres } = await import("../../app/auth/limit/counts-in-postgres.server")
	return [new CountsInPostgres(), new CountsInPostgres()]
}

type Open = () => Promise<[Counts, Counts]>
const places: [place: string, open: Open][] = [["memory", inMemory]]
if (isOnPostgres()) places[0] = ["PostgreSQL", inPostgres]
if (isInRedis) places[0] = ["Redis", inRedis]

const networks = new Set<string>()
/** An address whose neighbourhood no other test is in. */
function elsewhere(): string {
	for (;;) {
		const network = `10.${Math.floor(Math.random() * 256)}.${Math.floor(Math.random() * 256)}`
		if (networks.has(network)) continue
		networks.add(network)
		return `${network}.1`
	}
}

const charge = (name: Charge[0] = NAME, address = elsewhere()): Charge => [name, randomUUID(), address]

/** How many a key has left; uses them up. */
async function left(counts: Counts, ...charges: Charge[]): Promise<number> {
	for (let count = 0; ; count++) if (await counts.take(charges)) return count
}

describe.each(places)("L1: counts in %s", (_, open) => {
	it("L1: let through as many as the limit says on all nodes together, and say until when", async () => {
		const [one, two] = await open()
		const each = charge()
		const all = await Promise.all(Array.from({ length: 40 }, (_, n) => (n % 2 ? one : two).take([each])))
		expect(all.filter((refused) => refused === null)).toHaveLength(3)
		for (const refused of all)
			if (refused)
				expect(refused).toEqual({
					ok: false,
					code: "rate_limited",
					counts: "tries",
					retryAfterSeconds: 2,
					limit: 3,
				})
		await pause(2_100)
		expect(await left(two, each)).toBe(3)
	})

	it("L1: a key that somebody types may look like a network's share", async () => {
		const [counts] = await open()
		const address = elsewhere()
		const typed = [address.replace(/\.1$/, ".0/24"), address].flatMap((network) =>
			["/ ", "share ", "share:"].map((word): Charge => [NAME, word + network, address]),
		)
		for (const each of [charge(NAME, address), ...typed, charge(OTHER, address)])
			expect(await counts.take([each])).toBeNull()
	})

	it("L1: take all of several charges, or none; the first that is used up is told", async () => {
		const [one, two] = await open()
		const [free, full] = [charge(), charge("mailPerClient")]
		expect(await left(one, full)).toBe(config.limits.mailPerClient.points)
		for (let time = 0; time < 5; time++)
			expect(await two.take([free, full])).toMatchObject({
				counts: "mails",
				limit: config.limits.mailPerClient.points,
			})
		expect(await left(one, free)).toBe(3)
	})

	it("L1: what is given back is free again, and gives no credit", async () => {
		const [one, two] = await open()
		const [each, other] = [charge(), charge()]
		expect(await left(one, each, other)).toBe(3)
		await two.giveBack([each, other])
		expect(await left(one, each, other)).toBe(1)
		for (let time = 0; time < 8; time++) await two.giveBack([each])
		expect(await left(one, each)).toBe(3)
		await two.forget(other)
		await two.giveBack([other])
		expect(await left(one, other)).toBe(3)
	})

	it("L1: what is forgotten starts anew, and nothing else does", async () => {
		const [one, two] = await open()
		const [each, other] = [charge(), charge()]
		await left(one, each)
		await left(one, other)
		await two.forget(each)
		expect(await left(one, each)).toBe(3)
		expect(await left(two, other)).toBe(0)
	})

	it("L1: a block lasts from the first that is too much, and ends when tries turn out to cost nothing", async () => {
		const [one, two] = await open()
		const each = charge(OTHER)
		const seconds = async () => (await two.take([each]))?.retryAfterSeconds
		for (let time = 0; time < 3; time++) expect(await one.take([each])).toBeNull()
		expect(await seconds()).toBe(600)
		await pause(1_100)
		expect(await seconds()).toBe(599)
		await one.giveBack([each])
		expect(await one.take([each])).toBeNull()
		expect(await seconds()).toBe(600)
		await one.forget(each)
		expect(await left(two, each)).toBe(3)
	})

	it("L1: a window begins with its first try, also after one that was given back", async () => {
		const [one, two] = await open()
		const each = charge()
		await one.take([each])
		await two.giveBack([each])
		await pause(1_200)
		expect(await left(one, each)).toBe(3)
		await pause(1_200)
		expect(await left(one, each)).toBe(0)
	})

	it("H-50: keys of one neighbourhood are bounded, of each household there some are left; what is given back is room", async () => {
		const [one, two] = await open()
		config.limits[NAME] = { points: 3, durationSeconds: 600 }
		const address = elsewhere()
		const keep = async (from: string, count: number) => {
			const made = Array.from({ length: count }, () => charge(NAME, from))
			const kept: Charge[] = []
			for (let start = 0; start < count; start += 100)
				await Promise.all(
					made.slice(start, start + 100).map(async (each) => {
						if ((await one.take([each])) === null) kept.push(each)
					}),
				)
			return kept
		}
		const kept = await keep(address, 5_200)
		expect(kept.length).toBeGreaterThanOrEqual(5_000)
		expect(kept.length).toBeLessThanOrEqual(5_100)
		expect(await two.take([charge(NAME, address)])).toMatchObject({ retryAfterSeconds: 600 })
		// PostgreSQL counts shares without waiting for who counts at the same time: some more may slip in.
		const ofNeighbour = await keep(address.replace(/1$/, "2"), 200)
		expect(ofNeighbour.length).toBeGreaterThanOrEqual(50)
		expect(ofNeighbour.length).toBeLessThan(100)
		expect(await two.take([charge(NAME)])).toBeNull()
		expect(await two.take([kept[0] as Charge])).toBeNull()
		const over = kept.length - 5_000 + ofNeighbour.length + 1
		await two.giveBack(kept.slice(1, over + 1))
		expect(await two.take([charge(NAME, address)])).toBeNull()
		config.limits[NAME] = { points: 3, durationSeconds: 2 }
	})
})

if (isOnPostgres())
	it("counts that have ended are cleaned away, and no others", async () => {
		const { clean } = await import("../../app/auth/cleaning.server")
		const { query, sql } = await import("../../app/db/client.server")
		const [counts] = await inPostgres()
		const [short, long] = [charge(), charge(OTHER)]
		await counts.take([short, long])
		await pause(2_100)
		await clean(new Date())
		expect(await counts.take([long])).toBeNull()
		const ended = sql`SELECT count(*) FROM "LimitCount" WHERE "endsAt" <= clock_timestamp() AT TIME ZONE 'UTC'`
		expect(await query(ended)).toEqual([{ count: 0 }])
	})
