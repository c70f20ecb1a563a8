import { setTimeout as pause } from "node:timers/promises"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import { expectProblem } from "../support/answers"
import { clientOf, newSession, register, registerVerified, signIn, somebody } from "../support/client"
import { logged, until } from "../support/faults"
import { expectNothingLost, type Load, type Nodes, startLoad, startNodes } from "../support/nodes"
import type { TestServer } from "../support/server"
import { startTcpProxy } from "../support/tcp-proxy"

/** What two nodes share goes away, hangs and comes back, while people use them. */
let nodes: Nodes

beforeAll(async () => {
	nodes = await startNodes(2)
}, 120_000)
afterAll(() => nodes?.stop())

/** Nobody waits for longer, whatever is away: five seconds, and some for a machine that is busy. */
const ANSWER_MS = 10_000
const { points } = config.limits.wrongPasswordPerAccount

const refused = (load: Load) => load.sent.filter(({ status }) => status !== 200 && status !== 201)
const slowest = (load: Load) => Math.max(...load.sent.map(({ ms }) => ms))

/** @returns how many wrong passwords of one account are checked before no more are */
async function wrongTries(): Promise<number> {
	const { username } = somebody()
	const tries = Array.from({ length: 3 * points }, () =>
		signIn(nodes, { username, password: "not the password" }),
	)
	const statuses = (await Promise.all(tries)).map(({ status }) => status)
	expect(new Set(statuses)).toEqual(new Set([401, 429]))
	return statuses.filter((status) => status === 401).length
}

describe("Redis under load", () => {
	it("H-63: is killed, comes back, hangs and goes on: nobody notices, and no limit is without end", async () => {
		expect(await wrongTries()).toBe(points)
		const load = await startLoad(nodes)
		await load.goOn(20)
		const outages = () => nodes.all.map((node) => logged(node, "limits.unavailable").length)
		const recoveries = () => nodes.all.map((node) => logged(node, "limits.restored").length)
		for (const [time, [away, back]] of [
			[nodes.redis.halt, nodes.redis.resume],
			[async () => nodes.redis.signal("SIGSTOP"), async () => nodes.redis.signal("SIGCONT")],
		].entries()) {
			await away?.()
			try {
				await load.goOn(40)
				const allowed = await wrongTries()
				expect(allowed).toBeGreaterThanOrEqual(points)
				expect(allowed).toBeLessThanOrEqual(2 * points)
			} finally {
				await back?.()
			}
			// Each node has said so once.
			expect(outages()).toEqual([time + 1, time + 1])
			await until(() => recoveries().every((count) => count === time + 1))
			expect(await wrongTries()).toBe(points)
			await load.goOn(20)
		}
		await load.stop()
		expect(refused(load)).toEqual([])
		expect(slowest(load)).toBeLessThan(ANSWER_MS)
		await expectNothingLost(nodes, load, 0)
	}, 120_000)
})

describe("PostgreSQL under load", () => {
	it("H-66: is stopped and started again: 503 meanwhile, pages are there, and nothing that was acknowledged is lost", async () => {
		const load = await startLoad(nodes)
		await load.goOn(30)
		await nodes.cluster.halt()
		await pause(4_000)
		for (const node of nodes.all) {
			expect((await clientOf(node).get("/healthz")).status).toBe(200)
			expect((await clientOf(node).get("/readyz")).status).toBe(503)
		}
		await nodes.cluster.resume()
		await load.goOn(60)
		await load.stop()
		const told = refused(load)
		expect(told.length).toBeGreaterThan(5)
		for (const { what, status, code, retryAfter } of told) {
			expect([status, code]).toEqual([503, "unavailable"])
			expect(retryAfter).toMatch(/^\d+$/)
			expect(what).not.toBe("page")
		}
		expect(slowest(load)).toBeLessThan(ANSWER_MS)
		// What was sent when the database went away, before that could be written down, is sent again.
		await expectNothingLost(nodes, load, 20)
		for (const node of nodes.all) expect(logged(node, "request.failed")).toEqual([])
	}, 120_000)

	it("H-66: that one node alone cannot reach: it says 503, signs nobody out, and recovers; the other goes on", async () => {
		const { port } = new URL(nodes.cluster.urlOf())
		const proxy = await startTcpProxy(Number(port))
		const DATABASE_URL = Object.assign(new URL(nodes.cluster.urlOf()), { port: proxy.port }).href
		const lonely = await nodes.start({ DATABASE_URL })
		const person = await registerVerified(lonely, nodes.mailbox)
		const Cookie = await newSession(lonely, person)
		const account = (node: TestServer) => clientOf(node).getJson("/account", { Cookie })
		for (const fault of ["hang", "cut"] as const) {
			if (fault === "hang") proxy.hang()
			else {
				proxy.hang()
				proxy.cut()
			}
			const started = performance.now()
			const answers = await Promise.all([
				account(lonely),
				signIn(lonely, person),
				register(lonely, somebody()),
			])
			expect(performance.now() - started).toBeLessThan(ANSWER_MS)
			for (const answer of answers) {
				expectProblem(answer, 503, "unavailable")
				expect(answer.cookies).toEqual([])
			}
			expect((await clientOf(lonely).get("/readyz")).status).toBe(503)
			for (const node of nodes.all) expect((await account(node)).status).toBe(200)
			proxy.pass()
			await until(async () => (await clientOf(lonely).get("/readyz")).status === 200)
			expect((await account(lonely)).status).toBe(200)
			expect((await register(lonely, somebody())).status).toBe(201)
		}
		expect(logged(lonely, "request.failed")).toEqual([])
		expect(await lonely.stop()).toBe(0)
		await proxy.close()
	}, 120_000)
})
