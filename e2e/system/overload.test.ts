import { connect } from "node:net"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { freshAddress, type Person, registerVerified } from "../support/client"
import { atRate, lightClient, percentile, type Timed } from "../support/open-loop"
import { residentMegabytes } from "../support/resident-memory"
import { serverFixture, withVerification } from "../support/server-fixture"

/** So many that none has ten tries under way at once, which are all that an account may have. */
const PEOPLE = 80
/** Four times as many sign-ins as the machine can hash, with right passwords, each from another network. */
const TIMES = 4
const SECONDS = 8
const { server, mailbox } = serverFixture({}, [], withVerification)
let people: Person[]
let client: ReturnType<typeof lightClient>

beforeAll(async () => {
	people = []
	const worker = async () => {
		while (people.length < PEOPLE) people.push(await registerVerified(server, mailbox))
	}
	// A few at a time: all at once are more than a slow machine lets in.
	await Promise.all(Array.from({ length: 8 }, worker))
	client = lightClient(server.url)
})
afterAll(() => client.close())

let turn = 0
function signIn(): Promise<Timed> {
	const { username, password } = people[turn++ % people.length] as Person
	const headers = { "Content-Type": "application/json", "X-Forwarded-For": freshAddress() }
	return client.send("/login", headers, JSON.stringify({ username, password }))
}

/** As many as wait for a thread at any time, and no more. */
async function signInsPerSecond(seconds: number): Promise<number> {
	const end = performance.now() + seconds * 1000
	let done = 0
	const worker = async () => {
		for (; performance.now() < end; done++) await signIn()
	}
	await Promise.all(Array.from({ length: 8 }, worker))
	return done / seconds
}

const timesOf = (answers: Timed[]) => answers.map(({ ms }) => ms)

/** A request on a connection of its own. @returns how long it took, in ms */
function onNewConnection(path: string, address: string, hangsUp = false): Promise<number> {
	const started = performance.now()
	return new Promise((resolve) => {
		const socket = connect(server.port, "127.0.0.1", () => {
			socket.write(
				`GET ${path} HTTP/1.1\r\nHost: localhost:${server.port}\r\nX-Forwarded-For: ${address}\r\nConnection: close\r\n\r\n`,
			)
			if (hangsUp) setImmediate(() => socket.destroy())
		})
		socket.on("error", () => {})
		socket.on("close", () => resolve(performance.now() - started))
		socket.resume()
	})
}

describe("H-79: one network that opens a connection for each page does not keep others from connecting", () => {
	it.for([
		["reads what comes", 300, false],
		["hangs up at once", 8, true],
	] as const)("where it %s", { timeout: 120_000 }, async ([, connections, hangsUp]) => {
		let isOver = false
		const page = async () => {
			while (!isOver) await onNewConnection("/docs?all", "203.0.113.7", hangsUp)
		}
		const flood = Promise.all(Array.from({ length: connections }, page))
		await new Promise((resolve) => setTimeout(resolve, 2_000))
		const times: number[] = []
		for (let count = 0; count < 15; count++) times.push(await onNewConnection("/healthz", freshAddress()))
		isOver = true
		await flood
		expect(percentile(times, 0.5)).toBeLessThan(500)
	})
})

/** Bounds are generous, as the machine may be busy; `npm run bench -- overload` tells what it is. */
describe("four times the sign-ins that the machine can hash", () => {
	it("H-53: those that are let in are done soon, the others told at once, and pages go on", async () => {
		await signInsPerSecond(3)
		const capacity = await signInsPerSecond(4)
		const memoryBefore = residentMegabytes(server)
		const probe = (path: string) =>
			atRate(5, SECONDS, () => client.send(path, { "X-Forwarded-For": freshAddress(), Accept: "text/html" }))
		const [answers, pages, health] = await Promise.all([
			atRate(TIMES * capacity, SECONDS, signIn),
			probe("/login"),
			probe("/healthz"),
		])
		const accepted = answers.filter(({ status }) => status === 200)
		const refused = answers.filter(({ status }) => status !== 200)
		expect(accepted.length).toBeGreaterThan((capacity * SECONDS) / 4)
		expect(percentile(timesOf(accepted), 0.95)).toBeLessThan(8_000)
		expect(refused.length).toBeGreaterThan(answers.length / 3)
		expect(new Set(refused.map(({ status, code }) => `${status} ${code}`))).toEqual(
			new Set(["503 overloaded"]),
		)
		expect(refused.every(({ retryAfter }) => Number(retryAfter) > 0)).toBe(true)
		expect(percentile(timesOf(refused), 0.5)).toBeLessThan(500)
		for (const seen of [pages, health]) {
			expect(new Set(seen.map(({ status }) => status))).toEqual(new Set([200]))
			expect(percentile(timesOf(seen), 0.5)).toBeLessThan(500)
		}
		expect(residentMegabytes(server) - memoryBefore).toBeLessThan(100)
	}, 120_000)

	it("H-53: a moment later all is as before", async () => {
		const next = await signIn()
		expect(next.status).toBe(200)
		expect(next.ms).toBeLessThan(5_000)
		expect(server.logLines().filter(({ level }) => Number(level) >= 50)).toEqual([])
	})
})
