import { expect, it } from "vitest"
import { config } from "../auth.config"
import { env } from "../env.server"
import { verifyPassword } from "./password.server"

it("H-53: a full queue refuses at once, and who goes away while waiting makes room", async () => {
	const room = env.threadPoolSize - 1 + config.password.maxWaitingHashes
	const goAway = new AbortController()
	const waiting = Array.from({ length: room }, () => verifyPassword(null, "wrong", goAway.signal))
	const ends = Promise.allSettled(waiting)
	expect(await verifyPassword(null, "wrong")).toMatchObject({ code: "overloaded", retryAfterSeconds: 2 })

	goAway.abort()
	const given = (await ends).filter(({ status }) => status === "rejected").length
	expect(given).toBeGreaterThan(room / 2)
	const next = await Promise.all(Array.from({ length: 20 }, () => verifyPassword(null, "wrong")))
	expect(new Set(next)).toEqual(new Set([false]))
}, 60_000)
