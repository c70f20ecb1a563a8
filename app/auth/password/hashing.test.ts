import { setMaxListeners } from "node:events"
import { availableParallelism } from "node:os"
import { describe, expect, it } from "vitest"
import { config } from "../../auth.config"
import { checkHash, makeHash, stopHashing } from "./hashing.server"

/** Two per thread, and the queue. */
const ROOM = 2 * availableParallelism() + config.password.maxWaitingHashes
const check = (signal?: AbortSignal) => checkHash(null, "wrong", signal)

describe("threads for hashing", () => {
	it("H-53: a full queue refuses at once, and who goes away while waiting makes room", async () => {
		const goAway = new AbortController()
		setMaxListeners(0, goAway.signal)
		const ends = Promise.allSettled(Array.from({ length: ROOM }, () => check(goAway.signal)))
		expect(await check()).toMatchObject({ code: "overloaded", retryAfterSeconds: 2 })

		goAway.abort()
		const given = (await ends).filter(({ status }) => status === "rejected").length
		expect(given).toBeGreaterThan(ROOM / 2)
		const next = await Promise.all(Array.from({ length: 20 }, () => check()))
		expect(new Set(next)).toEqual(new Set([false]))
	}, 60_000)

	it("who went away before is not hashed for", async () => {
		await expect(check(AbortSignal.abort(new Error("gone")))).rejects.toThrow("gone")
	})

	it("a thread that fails tells who waits for it, and another takes its place", async () => {
		await expect(makeHash(5 as never)).rejects.toThrow()
		expect(await makeHash("a good password")).toMatch(/^\$argon2id\$/)
	})

	it("threads that were stopped leave nobody waiting, and start again when they are needed", async () => {
		const many = 30 * availableParallelism()
		const ends = Promise.allSettled(Array.from({ length: many }, () => check()))
		await stopHashing()
		const ended = (await ends).filter(({ status }) => status === "rejected").length
		// What the threads had at hand may have been done.
		expect(ended).toBeGreaterThanOrEqual(many - 2 * availableParallelism())
		expect(await check()).toBe(false)
	})
})
