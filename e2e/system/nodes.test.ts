import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import {
	type Answer,
	clientOf,
	linkFields,
	newSession,
	registerUnverified,
	registerVerified,
	signIn,
	somebody,
} from "../support/client"
import { logged, until } from "../support/faults"
import { expectNothingLost, type Nodes, startLoad, startNodes } from "../support/nodes"
import type { TestServer } from "../support/server"

let nodes: Nodes

beforeAll(async () => {
	nodes = await startNodes(3)
}, 120_000)
afterAll(() => nodes?.stop())

const statuses = (answers: Answer[]) => answers.map(({ status }) => status).sort()
const account = (node: Pick<TestServer, "url">, Cookie: string) =>
	clientOf(node).getJson("/account", { Cookie })
const times = <T>(count: number, make: (index: number) => T) =>
	Array.from({ length: count }, (_, index) => make(index))
describe("three nodes behind a balancer", () => {
	it("a session that one makes holds on the others, and ends on all of them", async () => {
		const person = await registerVerified(nodes, nodes.mailbox)
		for (const [index, node] of nodes.all.entries()) {
			const Cookie = await newSession(node, person)
			for (const each of [...nodes.all, nodes]) expect((await account(each, Cookie)).status).toBe(200)
			const other = nodes.all[(index + 1) % 3] as TestServer
			expect((await clientOf(other).postJson("/logout", {}, { Cookie })).status).toBe(204)
			for (const each of [...nodes.all, nodes]) expect((await account(each, Cookie)).status).toBe(401)
		}
	})

	it("the balancer sends requests to each of them", async () => {
		const lines = () => nodes.all.map((node) => node.logLines().length)
		const before = lines()
		await Promise.all(times(30, () => clientOf(nodes).get("/login")))
		await until(() => lines().every((count, index) => count > (before[index] ?? 0)))
	})

	it("H-11: a limit holds across all of them, whoever is asked", async () => {
		const { points } = config.limits.wrongPasswordPerAccount
		const { username } = await registerVerified(nodes, nodes.mailbox)
		const wrong = () => signIn(nodes, { username, password: "not the password" })
		expect(statuses(await Promise.all(times(points + 30, wrong)))).toEqual([
			...Array(points).fill(401),
			...Array(30).fill(429),
		])
		for (const node of nodes.all)
			expect((await signIn(node, { username, password: "not the password" })).status).toBe(429)
	})

	it("H-06: a link that all of them get at once works once", async () => {
		const { link } = await registerUnverified(nodes, nodes.mailbox)
		const verified = await Promise.all(nodes.all.map((node) => clientOf(node).postJson("/verify", link)))
		expect(statuses(verified)).toContain(200)
		const { email } = await registerVerified(nodes, nodes.mailbox)
		await clientOf(nodes).postJson("/forgot-password", { email })
		const reset = linkFields((await nodes.mailbox.next(email)).links[0] ?? "")
		const answers = await Promise.all(
			times(6, (index) => {
				const { password } = somebody()
				const form = { ...reset, password: `${password} ${index}`, confirm_password: `${password} ${index}` }
				return clientOf(nodes.all[index % 3] as TestServer).postJson("/reset-password", form)
			}),
		)
		expect(statuses(answers)).toEqual([200, 400, 400, 400, 400, 400])
	})

	it("H-67: one is killed under load: nothing that was acknowledged is lost, and what others get goes on", async () => {
		const load = await startLoad(nodes)
		await load.goOn(40)
		const before = load.sent.length
		nodes.all[1]?.process.kill("SIGKILL")
		await load.goOn(80)
		await load.stop()
		const failed = load.sent.slice(before).filter(({ status }) => status === 0 || status >= 400)
		// What the dead one had in hand is all that may fail: one request of each who asks.
		expect(failed.length).toBeLessThanOrEqual(5)
		expect(load.registered.length).toBeGreaterThan(10)
		expect(load.sessions.length).toBeGreaterThan(10)
		// A mail that was sent when its node died, before that could write it down, is sent again: at most one batch.
		await expectNothingLost(nodes, load, 10)

		nodes.all[1] = await nodes.start()
		await nodes.balancer.use(nodes.all.map(({ port }) => port))
	}, 120_000)

	it("H-69: one after the other is started anew under load: no request is lost, and none is slow", async () => {
		const load = await startLoad(nodes)
		await load.goOn(20)
		for (const index of [0, 1, 2]) {
			const old = nodes.all[index] as TestServer
			await nodes.balancer.use(nodes.all.filter((node) => node !== old).map(({ port }) => port))
			expect(await old.stop()).toBe(0)
			nodes.all[index] = await nodes.start()
			await nodes.balancer.use(nodes.all.map(({ port }) => port))
			await load.goOn(20)
		}
		await load.stop()
		expect(load.sent.filter(({ status }) => status !== 200 && status !== 201)).toEqual([])
		expect(Math.max(...load.sent.map(({ ms }) => ms))).toBeLessThan(10_000)
		await expectNothingLost(nodes, load, 0)
		for (const node of nodes.all) expect(logged(node, "request.failed")).toEqual([])
	}, 120_000)
})
