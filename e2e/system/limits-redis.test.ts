import { setTimeout as pause } from "node:timers/promises"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import {
	type Answer,
	clientOf,
	freshAddress,
	newSession,
	type Person,
	register,
	registerVerified,
	signIn,
	somebody,
} from "../support/client"
import { logged, until } from "../support/faults"
import { type RedisServer, startRedis } from "../support/redis"
import { startServer, type TestServer } from "../support/server"
import { mailboxFixture } from "../support/server-fixture"
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy"

const mailbox = mailboxFixture()
const PASSWORD = "p@ss word"
const { points } = config.limits.wrongPasswordPerAccount
/** One second is what is promised; the rest is for a machine that is busy. */
const ANSWER_MS = 4_000

let redis: RedisServer
let proxy: TcpProxy
let node: TestServer
let other: TestServer

beforeAll(async () => {
	redis = await startRedis(PASSWORD)
	proxy = await startTcpProxy(redis.port)
	const through = Object.assign(new URL(redis.url), { port: proxy.port }).href
	node = await startServer({ env: { SMTP_URL: mailbox.url, REDIS_URL: through } })
	const { databaseUrl, secret: SECRET } = node
	other = await startServer({ databaseUrl, env: { SMTP_URL: mailbox.url, REDIS_URL: redis.url, SECRET } })
})
afterAll(async () => {
	await Promise.all([node?.stop(), other?.stop()])
	await proxy?.close()
	await redis?.stop()
})

const wrong = (server: TestServer, { username }: Pick<Person, "username">) =>
	signIn(server, { username, password: "not the password" })
const times = <T>(count: number, make: (index: number) => T) =>
	Array.from({ length: count }, (_, index) => make(index))
const statuses = (answers: Answer[]) => answers.map(({ status }) => status).sort()
const outages = (server = node) => logged(server, "limits.unavailable")
const recoveries = (server = node) => logged(server, "limits.restored")

/** How often the nodes asked Redis for something; what scripts call counts there too, but is none of these. */
async function asked(): Promise<number> {
	const stats = String(await redis.ask("INFO", "commandstats"))
	const calls = [...stats.matchAll(/cmdstat_(?:evalsha|eval|set|ping):calls=(\d+)/g)]
	return calls.reduce((sum, [, count]) => sum + Number(count), 0)
}

/** That the node counts by itself: not without end, nobody waits, and it is said once. */
async function expectOwnCounts(reason: string | RegExp, before: { outages: number }): Promise<void> {
	const victim = somebody()
	const started = performance.now()
	expect(statuses(await Promise.all(times(5, () => wrong(node, victim))))).toEqual(Array(5).fill(401))
	expect(performance.now() - started).toBeLessThan(ANSWER_MS)
	const rest = await Promise.all(times(points, () => wrong(node, victim)))
	expect(statuses(rest)).toEqual([...Array(points - 5).fill(401), ...Array(5).fill(429)])
	expect(outages()).toHaveLength(before.outages + 1)
	expect(outages().at(-1)).toMatchObject({ level: 50, place: "redis", reason: expect.stringMatching(reason) })
	expect(JSON.stringify(outages())).not.toContain("p@ss")
	expect(logged(node, "request.failed")).toEqual([])
}

async function expectShared(before: { recoveries: number }): Promise<void> {
	await until(() => recoveries().length > before.recoveries, 10_000)
	const victim = somebody()
	const answers = await Promise.all(times(points + 6, (index) => wrong(index % 2 ? node : other, victim)))
	expect(statuses(answers)).toEqual([...Array(points).fill(401), ...Array(6).fill(429)])
}

describe("limits in Redis", () => {
	it("L1: hold for all nodes together, and right passwords still cost nothing", async () => {
		const person = await registerVerified(node, mailbox)
		for (let round = 0; round < 3; round++)
			expect(statuses(await Promise.all([signIn(node, person), signIn(other, person)]))).toEqual([200, 200])
		const answers = await Promise.all(times(points + 20, (index) => wrong(index % 2 ? node : other, person)))
		expect(statuses(answers)).toEqual([...Array(points).fill(401), ...Array(20).fill(429)])
		for (const { status, headers } of answers) {
			if (status !== 429) continue
			const seconds = Number(headers.get("Retry-After"))
			expect(seconds).toBeGreaterThan(config.limits.wrongPasswordPerAccount.durationSeconds - 60)
			expect(headers.get("RateLimit-Limit")).toBe(String(points))
		}
		expect((await signIn(node, person)).status).toBe(429)
	})

	it("L1: keys end by themselves, and hold no mail address and no client's", async () => {
		const address = freshAddress()
		const person = somebody()
		await register(node, person)
		await clientOf(node, address).postJson("/login", { username: person.email, password: "not the password" })
		const keys = (await redis.ask("KEYS", "*")) as string[]
		expect(keys.length).toBeGreaterThan(5)
		for (const key of keys) {
			expect(key).toMatch(/^gatehouse:limit:(\w+:(share:)?[\w-]{43}|probe)$/)
			const left = Number(await redis.ask("PTTL", key))
			expect(left).not.toBe(-1)
			// It ends, or has ended, while we look.
			if (left < 1_000) continue
			const kind = await redis.ask("TYPE", key)
			const held = String(await (kind === "hash" ? redis.ask("HGETALL", key) : redis.ask("GET", key)))
			expect(held).toMatch(/^(count|endsAt|blocked|[\d,])+$/)
		}
	})

	it("asks once for all that a request is charged; sessions are not looked up there", async () => {
		const person = await registerVerified(node, mailbox)
		const Cookie = await newSession(node, person)
		const counting = async (work: () => Promise<Answer>) => {
			const before = await asked()
			expect((await work()).status).toBeLessThan(500)
			return (await asked()) - before
		}
		expect(await counting(() => wrong(node, person))).toBe(1)
		expect(await counting(() => clientOf(node).getJson("/account", { Cookie }))).toBe(0)
		expect(await counting(() => clientOf(node).get("/login"))).toBe(0)
		expect(await counting(() => signIn(node, person))).toBe(3)
		expect(
			await counting(() => clientOf(node).postJson("/forgot-password", { email: somebody().email })),
		).toBe(1)
	})

	it("H-63: a Redis that forgot everything, scripts too, is no fault", async () => {
		const before = outages().length
		await redis.ask("FLUSHALL")
		await redis.ask("SCRIPT", "FLUSH")
		const victim = somebody()
		expect(statuses(await Promise.all(times(points + 2, () => wrong(node, victim))))).toEqual([
			...Array(points).fill(401),
			429,
			429,
		])
		expect(outages()).toHaveLength(before)
	})
})

describe("H-63: a Redis that does not do what it should", () => {
	const counted = () => ({ outages: outages().length, recoveries: recoveries().length })

	it("H-63: that is gone: the node counts by itself, says so once, and counts with the others once it is back", async () => {
		const before = counted()
		await redis.halt()
		await expectOwnCounts(/^(ECONNREFUSED|ECONNRESET|disconnected)$/, before)
		await redis.resume()
		await expectShared(before)
	})

	it("H-63: that hangs: nobody waits for long, and those who come later not at all", async () => {
		const before = counted()
		redis.signal("SIGSTOP")
		try {
			await expectOwnCounts("timeout", before)
			const started = performance.now()
			expect((await register(node, somebody())).status).toBe(201)
			expect(performance.now() - started).toBeLessThan(ANSWER_MS)
		} finally {
			redis.signal("SIGCONT")
		}
		await expectShared(before)
	})

	it("H-63: that hangs while right passwords are being counted: once it goes on, they have cost nothing", async () => {
		const person = await registerVerified(node, mailbox)
		await redis.ask("FLUSHALL")
		const before = counted()
		redis.signal("SIGSTOP")
		try {
			const answers = await Promise.all(times(points + 2, () => signIn(node, person)))
			expect(statuses(answers)).toEqual(Array(points + 2).fill(200))
			// Meanwhile it has been looked for several times.
			await pause(5_000)
		} finally {
			redis.signal("SIGCONT")
		}
		await until(() => recoveries().length > before.recoveries, 10_000)
		const left = async () =>
			((await redis.ask("KEYS", "gatehouse:limit:*")) as string[]).filter(
				(key) => !/:share:|:probe$/.test(key),
			)
		await expect.poll(left).toEqual([])
		expect((await signIn(node, person)).status).toBe(200)
	})

	it("H-63: that the network loses without a word, or breaks off", async () => {
		for (const fault of ["hang", "cut"] as const) {
			const before = counted()
			if (fault === "hang") proxy.hang()
			else {
				await redis.halt()
				proxy.cut()
			}
			await expectOwnCounts(/^(timeout|ECONN|disconnected|EPIPE)/, before)
			await pause(3_000)
			if (fault === "hang") proxy.pass()
			else await redis.resume()
			await expectShared(before)
		}
	})

	it.for([
		[
			"only reads, as after a failover",
			["REPLICAOF", "127.0.0.1", 1],
			["REPLICAOF", "NO", "ONE"],
			"READONLY",
		],
		["is full", ["CONFIG", "SET", "maxmemory", 1], ["CONFIG", "SET", "maxmemory", 0], "OOM"],
	] as const)("H-63: that %s", async ([, spoil, mend, reason]) => {
		const before = counted()
		await redis.ask(...(spoil as unknown as [string]))
		await expectOwnCounts(reason, before)
		await redis.ask(...(mend as unknown as [string]))
		await expectShared(before)
	})

	it("H-63: that takes another password, has no such database, or was never there: the server starts, says so once, and limits hold", async () => {
		const wrongUrl = Object.assign(new URL(redis.url), { password: "another" }).href
		for (const [url, reason] of [
			[wrongUrl, "WRONGPASS"],
			[Object.assign(new URL(redis.url), { password: "" }).href, "NOAUTH"],
			[Object.assign(new URL(redis.url), { pathname: "/99" }).href, "ERR"],
			["redis://127.0.0.1:1", "ECONNREFUSED"],
		] as const) {
			const alone = await startServer({ env: { SMTP_URL: mailbox.url, REDIS_URL: url } })
			const victim = somebody()
			expect(statuses(await Promise.all(times(points + 3, () => wrong(alone, victim))))).toEqual([
				...Array(points).fill(401),
				...Array(3).fill(429),
			])
			await pause(2_500)
			expect(outages(alone)).toHaveLength(1)
			expect(outages(alone)[0]).toMatchObject({ reason })
			expect(alone.output()).not.toMatch(/another|p@ss|p%40ss|ioredis/)
			expect(await alone.stop()).toBe(0)
		}
	})
})
