import { randomBytes } from "node:crypto"
import { expect } from "vitest"
import { type Balancer, startBalancer } from "./balancer"
import {
	type Answer,
	clientOf,
	linkFields,
	type Person,
	registerVerified,
	registrationOf,
	sessionOf,
	somebody,
} from "./client"
import { openDatabase } from "./database"
import { until } from "./faults"
import { type Mailbox, startMailbox } from "./mailbox"
import { type Cluster, startCluster } from "./postgres-cluster"
import { type RedisServer, startRedis } from "./redis"
import { type Settings, startServer, type TestServer } from "./server"

/** Several nodes behind a balancer, with everything that they share: the real programs, each of the tests' own. */
export type Nodes = {
	/** Of the balancer. */
	url: string
	all: TestServer[]
	balancer: Balancer
	cluster: Cluster
	redis: RedisServer
	mailbox: Mailbox
	/** Starts one more, which the balancer knows nothing of yet. */
	start: (env?: Record<string, string>) => Promise<TestServer>
	stop: () => Promise<void>
}

/** How long a mail belongs to the node that took it, at its first try. */
const LEASE_MS = 6_000
const settings: Settings = {
	registration: { signIn: false },
	verification: { enabled: true },
	session: { maxPerAccount: 10_000 },
	mail: { timeoutSeconds: 4, retryDelaysSeconds: [2] },
}

export async function startNodes(count: number): Promise<Nodes> {
	const [cluster, redis, mailbox, balancer] = await Promise.all([
		startCluster(),
		startRedis(),
		startMailbox(),
		startBalancer(),
	])
	const shared = {
		APP_URL: balancer.url,
		SECRET: randomBytes(32).toString("base64url"),
		SMTP_URL: mailbox.url,
		REDIS_URL: redis.url,
		// The test, which says who it is, and the balancer.
		TRUST_PROXY: "2",
	}
	const started: TestServer[] = []
	const start = async (env: Record<string, string> = {}) => {
		const databaseUrl = env.DATABASE_URL ?? cluster.urlOf()
		const node = await startServer({ databaseUrl, settings, env: { ...shared, ...env } })
		started.push(node)
		return node
	}
	const all = await Promise.all(Array.from({ length: count }, () => start()))
	await balancer.use(all.map(({ port }) => port))
	return {
		url: balancer.url,
		all,
		balancer,
		cluster,
		redis,
		mailbox,
		start,
		async stop() {
			await Promise.all(started.map((node) => node.stop()))
			await balancer.stop()
			await Promise.all([mailbox.close(), redis.stop(), cluster.stop()])
		},
	}
}

type Sent = { what: string; status: number; code?: string; retryAfter: string | null; ms: number }

/** What people do all the time, and what the server told them. */
export type Load = {
	sent: Sent[]
	/** E-mail addresses of registrations that were answered with 201. */
	registered: string[]
	/** Cookies of sign-ins that were answered with 200. */
	sessions: string[]
	/** Until that many more requests were answered well. */
	goOn: (count: number) => Promise<void>
	stop: () => Promise<void>
}

const WORKERS = 5

/** Registers, signs in, and looks at the account and at pages, until it is stopped. */
export async function startLoad(nodes: Nodes): Promise<Load> {
	const people = Array.from({ length: WORKERS }, () => registerVerified(nodes, nodes.mailbox))
	const members = await Promise.all(people)
	let isOver = false
	const load: Load = {
		sent: [],
		registered: [],
		sessions: [],
		async goOn(count) {
			const good = () => load.sent.filter(({ status }) => status > 0 && status < 300).length
			const goal = good() + count
			for (
				const deadline = Date.now() + 60_000;
				good() < goal;
				await new Promise((next) => setTimeout(next, 25))
			)
				if (Date.now() > deadline)
					throw new Error(`Of ${count} requests, ${goal - good()} had no good answer in a minute`)
		},
		async stop() {
			isOver = true
			await workers
		},
	}
	const send = async (what: string, ask: () => Promise<Answer>) => {
		const started = performance.now()
		const answer = await ask().catch(() => null)
		const ms = performance.now() - started
		const retryAfter = answer?.headers.get("Retry-After") ?? null
		load.sent.push({ what, status: answer?.status ?? 0, code: answer?.json?.code, retryAfter, ms })
		return answer
	}
	const round = async ({ username, password }: Person) => {
		const client = clientOf(nodes)
		const signedIn = await send("login", () => client.postJson("/login", { username, password }))
		const Cookie = signedIn && sessionOf(signedIn)
		if (Cookie) {
			load.sessions.push(Cookie)
			for (let time = 0; time < 3; time++) await send("account", () => client.getJson("/account", { Cookie }))
		}
		await send("page", () => client.get("/login", { Accept: "text/html" }))
		const person = somebody()
		const joined = await send("register", () => client.postJson("/register", registrationOf(person)))
		if (joined?.status === 201) load.registered.push(person.email)
	}
	const work = async (member: Person) => {
		while (!isOver) await round(member)
	}
	const workers = Promise.all(members.map(work))
	return load
}

/**
 * All that was acknowledged is there: an account, with its mail, for each registration; a session for each sign-in.
 *
 * @param mayRepeat how many mails may have come twice
 */
export async function expectNothingLost(nodes: Nodes, load: Load, mayRepeat: number): Promise<void> {
	const mailsTo = new Map<string, number>()
	const count = () => {
		mailsTo.clear()
		for (const { envelope } of nodes.mailbox.mails)
			for (const to of envelope.to) mailsTo.set(to, (mailsTo.get(to) ?? 0) + 1)
		return load.registered.filter((email) => !mailsTo.has(email))
	}
	await until(() => count().length === 0, 30_000 + LEASE_MS)
	const repeated = load.registered.filter((email) => (mailsTo.get(email) ?? 0) > 1)
	expect(repeated.length).toBeLessThanOrEqual(mayRepeat)

	const database = openDatabase(nodes.cluster.urlOf())
	const known = database.prepare(`SELECT email FROM "User"`).pluck().all() as string[]
	database.close()
	expect(load.registered.filter((email) => !known.includes(email))).toEqual([])
	// Not only a row: the link in the mail works, on whichever node.
	for (const email of load.registered.slice(-5)) {
		const mail = nodes.mailbox.mails.find(({ envelope }) => envelope.to.includes(email))
		const verified = await clientOf(nodes).postJson("/verify", linkFields(mail?.links[0] ?? ""))
		expect(verified.status).toBe(200)
	}
	for (let index = 0; index < load.sessions.length; index += 20) {
		const some = load.sessions.slice(index, index + 20)
		const answers = await Promise.all(some.map((Cookie) => clientOf(nodes).getJson("/account", { Cookie })))
		expect(answers.map(({ status }) => status)).toEqual(some.map(() => 200))
	}
}
