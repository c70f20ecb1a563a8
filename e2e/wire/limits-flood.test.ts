import { afterAll, beforeAll, describe, expect, it } from "vitest"
import {
	type Answer,
	clientOf,
	freshAddress,
	type Person,
	registerVerified,
	somebody,
} from "../support/client"
import { type Mailbox, startMailbox } from "../support/mailbox"
import { startServer, type TestServer } from "../support/server"

/** Twice what may wait (`password.maxWaitingHashes`): while they arrive, some are checked already. */
const FULL = 1_100
const PATIENCE_MS = 120_000

let server: TestServer
let mailbox: Mailbox
let people: Person[]

beforeAll(async () => {
	mailbox = await startMailbox()
	server = await startServer({ env: { SMTP_URL: mailbox.url } })
	people = await Promise.all(Array.from({ length: 5 }, () => registerVerified(server, mailbox)))
})
afterAll(async () => {
	await server.stop()
	await mailbox.close()
})

const wrong = (signal?: AbortSignal) =>
	clientOf(server).send("/login", {
		method: "POST",
		headers: { "Content-Type": "application/json", "X-Forwarded-For": freshAddress() },
		body: JSON.stringify({ username: somebody().username, password: "wrong password" }),
		...(signal && { signal }),
	})
const right = ({ username, password }: Person) => clientOf(server).postJson("/login", { username, password })
const errors = () => server.logLines().filter(({ level }) => Number(level) >= 50)

describe("a flood of sign-ins", () => {
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
				expect(cookies.length).toBe(status === 200 ? 1 : 0)
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
		"H-53: what finds the queue full is told to come back; clients that hang up free their places, uncounted",
		async () => {
			const person = people[0] ?? somebody()
			const before = server.logLines().filter(({ event }) => event === "login.refused").length
			const hangUp = new AbortController()
			const overloaded: Answer[] = []
			const keep = (answer: Answer) => answer.status === 503 && overloaded.push(answer)
			const flood = Array.from({ length: FULL }, () => wrong(hangUp.signal).then(keep, () => null))
			// Somebody's own tries wait among them, and are given up too: they must not block the account.
			const own = Array.from({ length: 9 }, () =>
				clientOf(server)
					.send("/login", {
						method: "POST",
						headers: { "Content-Type": "application/json" },
						body: JSON.stringify({ username: person.username, password: "wrong password" }),
						signal: hangUp.signal,
					})
					.catch(() => null),
			)
			await expect.poll(() => overloaded.length, { timeout: 40_000 }).toBeGreaterThan(0)
			hangUp.abort()
			await Promise.all([...flood, ...own])
			for (const { headers, json, cookies } of overloaded) {
				expect(json).toMatchObject({ status: 503, code: "overloaded" })
				expect(headers.get("Retry-After")).toMatch(/^[1-9]\d*$/)
				expect(cookies).toEqual([])
			}

			const next = await Promise.all(Array.from({ length: 200 }, () => wrong()))
			expect(new Set(next.map(({ status }) => status))).toEqual(new Set([401]))
			const after = server.logLines().filter(({ event }) => event === "login.refused").length
			expect(after - before).toBeLessThan(FULL)
			expect((await right(person)).status).toBe(200)
			expect(errors()).toEqual([])
		},
		PATIENCE_MS,
	)
})
