import { setMaxListeners } from "node:events"
import { availableParallelism } from "node:os"
import { setTimeout as pause } from "node:timers/promises"
import { describe, expect, it } from "vitest"
import { config } from "../../auth.config"
import { collectMetrics } from "../../metrics.server"
import { hashPassword, stopHashing, verifyPassword } from "./hashing.server"

const AT_THREADS = 3 * availableParallelism()
/** More than any machine hashes in the time that one may wait. */
const FAR_TOO_MANY = config.password.maxHashWaitSeconds * 1000 * availableParallelism()
/** Each from another home, unless one is given. */
let homes = 0
const check = (signal?: AbortSignal, address = `10.0.${++homes >> 8}.${homes & 255}`) =>
	verifyPassword(null, "wrong", { address, ...(signal && { signal }) })

const ONE_ADDRESS = () => "203.0.113.7"
const ONE_SITE = (index: number) => `2001:db8:0:${(index & 255).toString(16)}00::/64`

/** How many of one site's tasks are done before a stranger's: of several rounds, as the machine may be busy. */
async function medianOfFloodDone(addressOf: (index: number) => string): Promise<number> {
	const counts: number[] = []
	for (let round = 0; round < 9; round++) {
		let done = 0
		const flood = Array.from({ length: 20 }, (_, index) => check(undefined, addressOf(index)))
		for (const one of flood) void one.then(() => done++)
		await pause(5)
		await check()
		counts.push(done)
		await Promise.all(flood)
	}
	return counts.toSorted((a, b) => a - b)[4] ?? 0
}

async function threadsAtWork(): Promise<number> {
	const { text } = await collectMetrics()
	return Number(/^gatehouse_hashes_running (\d+)$/m.exec(text)?.[1])
}

describe("threads for hashing", () => {
	it("H-53: who would wait too long is refused at once, and who goes away while waiting makes room", async () => {
		const goAway = new AbortController()
		setMaxListeners(0, goAway.signal)
		const ends = Promise.allSettled(Array.from({ length: FAR_TOO_MANY }, () => check(goAway.signal)))
		expect(await check()).toMatchObject({ code: "overloaded", retryAfterSeconds: 2 })

		goAway.abort()
		const given = (await ends).filter(({ status }) => status === "rejected").length
		expect(given).toBeGreaterThan(AT_THREADS)
		const next = await Promise.all(Array.from({ length: 20 }, () => check()))
		expect(new Set(next.map((outcome) => outcome.ok && outcome.right))).toEqual(new Set([false]))
	}, 60_000)

	it("H-53: as many may wait as are done in `password.maxHashWaitSeconds`, by what a hash takes here", async () => {
		for (let count = 0; count < 50; count++) await Promise.all([check(), check()])
		const started = performance.now()
		const all = await Promise.all(Array.from({ length: FAR_TOO_MANY }, () => check()))
		const seconds = (performance.now() - started) / 1000
		expect(all.filter(({ ok }) => ok).length).toBeGreaterThan(AT_THREADS)
		// Generous: what else the machine does has changed since they were let in.
		expect(seconds).toBeGreaterThan(config.password.maxHashWaitSeconds / 4)
		expect(seconds).toBeLessThan(config.password.maxHashWaitSeconds * 4)
	}, 60_000)

	it("H-79: a network that sends all it can neither fills the queue nor holds others up", async () => {
		const flood = Array.from({ length: FAR_TOO_MANY }, () => check(undefined, "203.0.113.7"))
		let floodDone = 0
		for (const one of flood) void one.then(({ ok }) => ok && floodDone++)
		expect(await check()).toMatchObject({ ok: true, right: false })
		const doneBefore = floodDone
		await Promise.all(flood)
		expect(doneBefore).toBeLessThan(floodDone / 2)
		expect(floodDone).toBeLessThan(FAR_TOO_MANY / 2)
	}, 60_000)

	it.each([
		["an address", ONE_ADDRESS],
		["a site", ONE_SITE],
	])(
		"H-79: who has nothing with the threads goes before what %s has at hand there",
		async (_, addressOf) => {
			// Each thread may have finished what it worked on, and what it would have taken next is still at hand.
			expect(await medianOfFloodDone(addressOf)).toBeLessThanOrEqual(availableParallelism() + 1)
		},
		60_000,
	)

	it.each([
		["an address", ONE_ADDRESS],
		["a site", ONE_SITE],
	])(
		"H-79: while others sign in, %s leaves a thread free",
		async (_, addressOf) => {
			await check()
			const flood = Array.from({ length: availableParallelism() + 2 }, (_, index) =>
				check(undefined, addressOf(index)),
			)
			const counts = [threadsAtWork(), ...flood.map((one) => one.then(threadsAtWork))]
			const most = Math.max(1, availableParallelism() - 1)
			expect(Math.max(...(await Promise.all(counts)))).toBe(most)
		},
		60_000,
	)

	it("who went away before is not hashed for", async () => {
		await expect(check(AbortSignal.abort(new Error("gone")))).rejects.toThrow("gone")
	})

	it("a thread that fails tells who waits for it, and another takes its place", async () => {
		await expect(hashPassword(5 as never)).rejects.toThrow()
		expect(await hashPassword("a good password")).toMatchObject({
			ok: true,
			passwordHash: expect.stringMatching(/^\$argon2id\$/),
		})
	})

	it("threads that were stopped leave nobody waiting, and start again when they are needed", async () => {
		const many = 30 * availableParallelism()
		const ends = Promise.allSettled(Array.from({ length: many }, () => check()))
		await stopHashing()
		const ended = (await ends).filter(({ status }) => status === "rejected").length
		// What the threads had at hand may have been done.
		expect(ended).toBeGreaterThanOrEqual(many - AT_THREADS)
		expect(await check()).toMatchObject({ ok: true, right: false })
	})
})

async function hashOf(password: string): Promise<string> {
	const hashed = await hashPassword(password)
	return hashed.ok ? hashed.passwordHash : ""
}

async function isRight(passwordHash: string | null, password: string) {
	const checked = await verifyPassword(passwordHash, password)
	return checked.ok && checked.right
}

describe("checking a password", () => {
	it("knows the right one, in either normal form, and no other", async () => {
		const hash = await hashOf("caf\u00e9 au lait")
		expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
		expect(await isRight(hash, "cafe\u0301 au lait")).toBe(true)
		expect(await isRight(hash, "cafe au lait")).toBe(false)
		expect(await isRight(hash, "caf\u00e9 au lait ")).toBe(false)
	})

	it("H-43: `a\\0b` is not `a`", async () => {
		const hash = await hashOf("eightlong\0tail")
		expect(await isRight(hash, "eightlong")).toBe(false)
		expect(await isRight(hash, "eightlong\0tail")).toBe(true)
	})

	it("H-36: no account and a broken hash are `no`, never an error", async () => {
		for (const hash of [null, "", "not a hash", "$argon2id$v=19$m=1$broken"])
			expect([hash, await isRight(hash, "anything at all")]).toEqual([hash, false])
	})

	it("gives the same password another hash each time", async () => {
		expect(await hashOf("correct horse")).not.toBe(await hashOf("correct horse"))
	})
})
