import { beforeAll, describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import {
	clientOf,
	freshAddress,
	type Person,
	registerVerified,
	registrationOf,
	signIn,
	somebody,
} from "../support/client"
import { startServer } from "../support/server"
import { serverFixture } from "../support/server-fixture"

/** Fewer than may wait, far more than are checked in the time that they are given. */
const HANGING_UP = 400
const PATIENCE_MS = 120_000

const { server, mailbox } = serverFixture()
let people: Person[]

beforeAll(async () => {
	people = await Promise.all(Array.from({ length: 5 }, () => registerVerified(server, mailbox)))
})

const wrong = (signal?: AbortSignal) =>
	clientOf(server).send("/login", {
		method: "POST",
		headers: { "Content-Type": "application/json", "X-Forwarded-For": freshAddress() },
		body: JSON.stringify({ username: somebody().username, password: "wrong password" }),
		...(signal && { signal }),
	})
const right = (person: Person) => signIn(server, person)
const errors = () => server.logLines().filter(({ level }) => Number(level) >= 50)

describe("a flood of sign-ins", () => {
	it("H-53: who would wait too long is told the same, whether before or after the request was read", async () => {
		const short = await startServer({ settings: { password: { maxHashWaitSeconds: 0.001 } } })
		try {
			const many = Array.from({ length: 60 }, () =>
				signIn(short, { username: somebody().username, password: "wrong password" }),
			)
			const refused = (await Promise.all(many)).filter(({ status }) => status === 503)
			expect(refused.length).toBeGreaterThan(10)
			const told = refused.map(({ text, headers }) => `${text} ${headers.get("Retry-After")}`)
			expect(new Set(told).size).toBe(1)
			expect(told[0]).toContain("overloaded")
		} finally {
			await short.stop()
		}
	})

	it(
		"H-53: 500 at once are all answered, the rest of the site goes on, and so does signing in",
		async () => {
			let flooding = true
			const others: number[] = []
			const watch = async () => {
				while (flooding) {
					for (const path of ["/healthz", "/login", "/favicon.svg"])
						others.push((await clientOf(server).get(path)).status)
					await new Promise((resolve) => setTimeout(resolve, 50))
				}
			}
			const watching = watch()
			const flood = Array.from({ length: 495 }, () => wrong())
			const answers = await Promise.all([...flood, ...people.map(right)])
			flooding = false
			await watching

			for (const { status, json, cookies } of answers) {
				expect([200, 401, 503]).toContain(status)
				expect(cookies.length > 0).toBe(status === 200)
				if (status === 503) expect(json.code).toBe("overloaded")
			}
			expect(others.length).toBeGreaterThan(3)
			expect(new Set(others)).toEqual(new Set([200]))
			for (const person of people) expect((await right(person)).status).toBe(200)
			expect(errors()).toEqual([])
		},
		PATIENCE_MS,
	)

	it(
		"H-53: clients that hang up free their places in the queue",
		async () => {
			const person = people[0] ?? somebody()
			const checked = () => server.logLines().filter(({ event }) => event === "login.refused").length
			const before = checked()
			const hangUp = new AbortController()
			const flood = Array.from({ length: HANGING_UP }, () => wrong(hangUp.signal).catch(() => null))
			await expect.poll(checked, { timeout: 20_000 }).toBeGreaterThan(before)
			hangUp.abort()
			await Promise.all(flood)

			// Who comes next would wait behind all of them, had they kept their places.
			const next = await Promise.all(Array.from({ length: 10 }, () => wrong()))
			expect(next.map(({ status }) => status)).toEqual(Array(10).fill(401))
			expect(checked() - before).toBeLessThan(HANGING_UP)
			expect((await right(person)).status).toBe(200)
			expect(errors()).toEqual([])
		},
		PATIENCE_MS,
	)

	it(
		"H-53: registrations that hang up while they wait do not use their client's limit up",
		async () => {
			const address = freshAddress()
			// Enough to wait behind, and not so many that a slow machine would refuse them at once.
			const flood = Array.from({ length: 100 }, () => wrong())
			const hangUp = new AbortController()
			const registering = (signal?: AbortSignal) => {
				return clientOf(server, address).send("/register", {
					method: "POST",
					headers: { "Content-Type": "application/json" },
					body: JSON.stringify(registrationOf(somebody())),
					...(signal && { signal }),
				})
			}
			const given = Array.from({ length: config.limits.registrationPerClient.points }, () =>
				registering(hangUp.signal).catch(() => null),
			)
			await new Promise((resolve) => setTimeout(resolve, 150))
			hangUp.abort()
			expect(await Promise.all(given)).toContain(null)
			await Promise.all(flood)
			expect((await registering()).status).toBe(201)
		},
		PATIENCE_MS,
	)
})
