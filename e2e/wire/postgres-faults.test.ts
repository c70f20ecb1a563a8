import { setTimeout as pause } from "node:timers/promises"
import pg from "pg"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import { expectProblem } from "../support/answers"
import {
	type Answer,
	clientOf,
	linkFields,
	longEnough,
	newSession,
	type Person,
	register,
	registerVerified,
	sessionOf,
	signIn,
	somebody,
} from "../support/client"
import { logged } from "../support/faults"
import { type Cluster, startCluster } from "../support/postgres-cluster"
import { POLLS_OFTEN, startServer, type TestServer } from "../support/server"
import { mailboxFixture } from "../support/server-fixture"

/** A database server of these tests' own, so that they may stop it. */
const mailbox = mailboxFixture()
let cluster: Cluster
let server: TestServer
let person: Person
let Cookie: string

beforeAll(async () => {
	cluster = await startCluster()
	const env = { SMTP_URL: mailbox.url }
	server = await startServer({ databaseUrl: cluster.urlOf(), env, settings: { mail: POLLS_OFTEN } })
	person = await registerVerified(server, mailbox)
	Cookie = await newSession(server, person)
})
afterAll(async () => {
	await server?.stop()
	await cluster?.stop()
})

const account = () => clientOf(server).getJson("/account", { Cookie })

/** What asks the database for something, one of each kind: a look-up, a statement of Prisma's, a transaction. */
const requests = () => [account(), signIn(server, person), register(server, somebody())]

function expectUnavailable(answers: Answer[]): void {
	for (const answer of answers) {
		expectProblem(answer, 503, "unavailable")
		expect(answer.headers.get("Retry-After")).toMatch(/^\d+$/)
		expect(answer.text).not.toMatch(/pool|connection|ECONN|timeout|table/i)
	}
}

async function expectRecovered(): Promise<void> {
	await expect.poll(async () => (await clientOf(server).get("/readyz")).status, { timeout: 10_000 }).toBe(200)
	expect((await Promise.all(requests())).map(({ status }) => status)).toEqual([200, 200, 201])
	expect(logged(server, "request.failed")).toEqual([])
}

/** Another client of the database. */
async function asAnother<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
	const client = new pg.Client(cluster.urlOf())
	await client.connect()
	return work(client).finally(() => client.end())
}

const ours =
	"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'gatehouse'"

describe("H-66: PostgreSQL that does not take what it is asked", () => {
	it("H-66: all connections wait for a lock: who asks is told 503 in seconds, health goes on, nothing is left locked", async () => {
		await asAnother(async (other) => {
			await other.query(`BEGIN; LOCK TABLE "User" IN ACCESS EXCLUSIVE MODE`)
			const started = performance.now()
			const waiting = Promise.all(Array.from({ length: 12 }, requests).flat())
			await pause(200)
			const asked = performance.now()
			expect((await clientOf(server).get("/healthz")).status).toBe(200)
			expect(performance.now() - asked).toBeLessThan(3_000)
			expectUnavailable(await waiting)
			expect(performance.now() - started).toBeLessThan(15_000)
			await other.query("ROLLBACK")
		})
		await expectRecovered()
	})

	it("H-66: counts of limits that are locked: the server counts by itself, says so once, and counts there again", async () => {
		const { points } = config.limits.wrongPasswordPerAccount
		const wrong = (username: string) => signIn(server, { username, password: "not the password" })
		const statuses = async (username: string, count: number) =>
			(await Promise.all(Array.from({ length: count }, () => wrong(username))))
				.map(({ status }) => status)
				.sort()
		const expected = [...Array(points).fill(401), ...Array(5).fill(429)]
		const outages = () => logged(server, "limits.unavailable").length
		await expect.poll(() => logged(server, "limits.restored").length, { timeout: 10_000 }).toBe(outages())
		const before = outages()
		await asAnother(async (other) => {
			await other.query(`BEGIN; LOCK TABLE "LimitCount" IN ACCESS EXCLUSIVE MODE`)
			const started = performance.now()
			// Those that wait for the lock keep connections from others, until the database gives them up.
			const first = await statuses("nobody.at.first", points + 5)
			expect(first.filter((status) => ![401, 429, 503].includes(status))).toEqual([])
			expect(first.filter((status) => status === 401).length).toBeLessThanOrEqual(points)
			expect(performance.now() - started).toBeLessThan(8_000)
			await pause(3_000)
			expect(await statuses("nobody.later", points + 5)).toEqual(expected)
			expect((await signIn(server, person)).status).toBe(200)
			await other.query("ROLLBACK")
		})
		expect(outages()).toBe(before + 1)
		expect(logged(server, "limits.unavailable").at(-1)).toMatchObject({
			place: "postgresql",
			reason: "timeout",
		})
		await expect.poll(() => logged(server, "limits.restored").length, { timeout: 10_000 }).toBe(before + 1)
		expect(await statuses("nobody.at.last", points + 5)).toEqual(expected)
		const counted = await asAnother((other) => other.query(`SELECT max("count") AS most FROM "LimitCount"`))
		expect(counted.rows[0].most).toBeGreaterThanOrEqual(points)
		await expectRecovered()
	})

	/** Changes the password. @param between what another client of the database does between the change and its count */
	async function changePassword(between: (other: pg.Client) => Promise<void>): Promise<void> {
		const waiting = "SELECT count(*)::int FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
		const password = longEnough(`${person.password} again`)
		const fields = { current_password: person.password, password, confirm_password: password }
		await asAnother(async (holding) => {
			await holding.query(`BEGIN; SELECT 1 FROM "User" FOR UPDATE`)
			const changed = clientOf(server).postJson("/account/password", fields, { Cookie })
			await asAnother(async (other) => {
				await expect.poll(async () => (await other.query(waiting)).rows).toEqual([{ count: 1 }])
				await other.query(`BEGIN; LOCK TABLE "LimitCount" IN EXCLUSIVE MODE`)
				await holding.query("COMMIT")
				await expect.poll(() => notices(other)).toHaveLength(1)
				await between(other)
			})
			const answer = await changed
			expect(answer.status).toBe(200)
			person.password = password
			Cookie = sessionOf(answer) ?? ""
		})
		expect((await mailbox.next(person.email)).subject).toContain("was changed")
		await asAnother((other) => other.query(`DELETE FROM "OutboxMail"`))
		await expectRecovered()
	}
	const notices = async (other: pg.Client) =>
		(await other.query(`SELECT "attempts" FROM "OutboxMail" WHERE "kind" = 'password_changed'`)).rows

	it("H-82: a notice is sent once it has been counted, and not before", () =>
		changePassword(async (other) => {
			// Several polls, but shorter than a request waits for a count.
			await pause(400)
			expect(await notices(other)).toEqual([{ attempts: 0 }])
			await other.query("ROLLBACK")
		}))

	it("H-66: whose notice can't be counted or sent off has changed the password all the same, and is told later", async () => {
		await changePassword(async (other) => {
			await other.query(`LOCK TABLE "OutboxMail" IN EXCLUSIVE MODE`)
			await expect.poll(() => logged(server, "notice.late"), { timeout: 10_000 }).toHaveLength(1)
			await other.query("ROLLBACK")
		})
	})

	it("H-66: who can't be signed in by a link has confirmed the address all the same", async () => {
		const confirming = somebody()
		await register(server, confirming)
		const link = linkFields((await mailbox.next(confirming.email)).links[0] ?? "")
		const { password } = confirming
		await asAnother(async (other) => {
			await other.query(`BEGIN; LOCK TABLE "Session" IN EXCLUSIVE MODE`)
			const answer = await clientOf(server).postJson("/verify", { ...link, password })
			expect(answer.status).toBe(200)
			expect(answer.headers.getSetCookie()).toEqual([])
			await other.query("ROLLBACK")
		})
		const isTried = config.verification.autoLogin !== false
		expect(logged(server, "sign_in.skipped")).toHaveLength(isTried ? 1 : 0)
		expect((await signIn(server, confirming)).status).toBe(200)
	})

	it("H-66: counts of limits that come late: right passwords have cost nothing", async () => {
		const { points } = config.limits.wrongPasswordPerAccount
		const outages = () => logged(server, "limits.unavailable").length
		await expect.poll(() => logged(server, "limits.restored").length, { timeout: 10_000 }).toBe(outages())
		const before = outages()
		await asAnother(async (other) => {
			await other.query(`BEGIN; DELETE FROM "LimitCount"; LOCK TABLE "LimitCount" IN ACCESS EXCLUSIVE MODE`)
			const answers = Promise.all(Array.from({ length: points - 2 }, () => signIn(server, person)))
			// Longer than a request waits for its count, shorter than the database waits for a lock.
			await pause(1_500)
			await other.query("COMMIT")
			expect((await answers).map(({ status }) => status)).toEqual(Array(points - 2).fill(200))
			expect(outages()).toBe(before + 1)
			await expect.poll(() => logged(server, "limits.restored").length, { timeout: 10_000 }).toBe(before + 1)
			const counted = `SELECT "id" FROM "LimitCount"
				WHERE "count" > 0 AND "endsAt" > now() AND "id" NOT LIKE 'share %'`
			await expect.poll(async () => (await other.query(counted)).rows).toEqual([])
		})
		await expectRecovered()
	})

	it("H-66: forty uses of one link at once wait for each other alone: nobody's limits are counted elsewhere", async () => {
		const changing = await registerVerified(server, mailbox)
		const session = await newSession(server, changing)
		const { email } = somebody()
		const change = { email, current_password: changing.password }
		await clientOf(server).postJson("/account/email", change, { Cookie: session })
		const link = linkFields((await mailbox.next(email)).links[0] ?? "")
		const before = logged(server, "limits.unavailable").length
		const use = () => clientOf(server).postJson("/account/email/confirm", link)
		const answers = await asAnother(async (client) => {
			await client.query("BEGIN")
			await client.query(`SELECT 1 FROM "User" WHERE username = $1 FOR UPDATE`, [changing.username])
			const uses = Array.from({ length: 40 }, use)
			// As many as there are connections wait for the row, once it is free.
			await pause(500)
			await client.query("COMMIT")
			return Promise.all(uses)
		})
		const statuses = answers.map(({ status }) => status).sort()
		expect(statuses).toEqual([200, ...Array(39).fill(400)])
		expect(logged(server, "limits.unavailable").length).toBe(before)
	})

	it("H-66: connections that are ended while nobody uses them are not noticed", async () => {
		await asAnother((other) => other.query(ours))
		await pause(100)
		expect((await Promise.all(requests())).map(({ status }) => status)).toEqual([200, 200, 201])
	})

	it("H-66: connections that are ended while they work are 503, and nothing is written by halves", async () => {
		await asAnother(async (other) => {
			await other.query(`BEGIN; LOCK TABLE "User" IN ACCESS EXCLUSIVE MODE`)
			const waiting = Promise.all(requests())
			await pause(500)
			await asAnother((third) => third.query(ours))
			expectUnavailable(await waiting)
			await other.query("ROLLBACK")
		})
		await expectRecovered()
	})

	it("H-66: connections that are ended again and again, at any moment, end no process", async () => {
		let isOver = false
		const asked = Promise.all(Array.from({ length: 12 }, requests).flat()).finally(() => {
			isOver = true
		})
		await asAnother(async (other) => {
			for (; !isOver; await pause(Math.random() * 30)) await other.query(ours)
		})
		const refused = (await asked).filter(({ status }) => status !== 200 && status !== 201)
		expect(refused.length).toBeGreaterThan(0)
		expectUnavailable(refused)
		await expectRecovered()
	})

	it("H-66: a server that is gone is 503 at once, and works again once it is back", async () => {
		await cluster.halt()
		const started = performance.now()
		expectUnavailable(await Promise.all(requests()))
		expect((await clientOf(server).get("/readyz")).status).toBe(503)
		expect((await clientOf(server).get("/healthz")).status).toBe(200)
		expect(performance.now() - started).toBeLessThan(8_000)
		await cluster.resume()
		await expectRecovered()
	})

	it("H-66: a server that hangs is waited for a few seconds", async () => {
		cluster.signal("SIGSTOP")
		try {
			const started = performance.now()
			expectUnavailable(await Promise.all(requests()))
			expect(performance.now() - started).toBeLessThan(15_000)
			expect((await clientOf(server).get("/healthz")).status).toBe(200)
		} finally {
			cluster.signal("SIGCONT")
		}
		await expectRecovered()
		// What was begun before it hung is either done or undone: nothing holds a row.
		const open = await asAnother((other) =>
			other.query(
				"SELECT state FROM pg_stat_activity WHERE application_name = 'gatehouse' AND state LIKE 'idle in%'",
			),
		)
		expect(open.rows).toEqual([])
	})

	/** As after a failover: until `work` is done. */
	async function whileReadOnly(work: () => Promise<void>): Promise<void> {
		await asAnother((other) => other.query("ALTER DATABASE postgres SET default_transaction_read_only = on"))
		await asAnother((other) => other.query(ours))
		await pause(100)
		await work()
		await asAnother(async (other) => {
			await other.query("SET default_transaction_read_only = off")
			await other.query("ALTER DATABASE postgres RESET default_transaction_read_only")
		})
		await asAnother((other) => other.query(ours))
		await expectRecovered()
	}

	it("H-68: a database that only reads is 503 for what writes; sessions go on", async () => {
		await whileReadOnly(async () => {
			expect((await account()).status).toBe(200)
			expectUnavailable([await register(server, somebody())])
		})
	})

	it("H-68: what a node does by itself says once that the database only reads, each request says it for itself", async () => {
		const quiet = await startServer({ databaseUrl: cluster.urlOf(), env: { SMTP_URL: mailbox.url } })
		await whileReadOnly(async () => {
			await pause(4_000)
			expectUnavailable([await register(quiet, somebody()), await register(quiet, somebody())])
		})
		const lines = logged(quiet, "database.unavailable").filter(({ code }) => code === "25006")
		expect(lines.filter(({ request_id }) => request_id === undefined)).toHaveLength(1)
		expect(new Set(lines.map(({ request_id }) => request_id)).size).toBe(3)
		expect(await quiet.stop()).toBe(0)
	})

	/** Commits wait for a standby of this name, and are made all the same; for none where it is empty. */
	function setStandby(name: string): Promise<void> {
		return asAnother(async (other) => {
			await other.query(`ALTER SYSTEM SET synchronous_standby_names = '${name}'`)
			await other.query("SELECT pg_reload_conf()")
		})
	}

	it("H-66: commits that wait for a standby that is away are 503, and take no more connections than ever", async () => {
		const isOurs = "SELECT count(*)::int AS count FROM pg_stat_activity WHERE application_name = 'gatehouse'"
		const counts: number[] = []
		await setStandby("away")
		try {
			for (let round = 0; round < 5; round++) {
				expectUnavailable(await Promise.all(Array.from({ length: 10 }, () => signIn(server, person))))
				counts.push((await asAnother((other) => other.query(isOurs))).rows[0].count)
			}
			expect((await account()).status).toBe(200)
		} finally {
			await setStandby("")
		}
		// Ten for a process, and as many that are just being given up.
		expect(Math.max(...counts)).toBeLessThanOrEqual(20)
		await expectRecovered()
	})

	it("H-66: what was asked for while commits were made and never acknowledged is mailed once", async () => {
		const asking = await registerVerified(server, mailbox)
		const waiting = somebody()
		await register(server, waiting)
		const mails = async () => {
			const of = `SELECT count(*)::int AS count FROM "OutboxMail" WHERE "to" = ANY($1)`
			const found = await asAnother((other) => other.query(of, [[asking.email, waiting.email]]))
			return found.rows[0].count
		}
		const before = await mails()
		await setStandby("away")
		try {
			const ask = (path: string, { email }: { email: string }) => clientOf(server).postJson(path, { email })
			expect((await ask("/forgot-password", asking)).status).toBe(202)
			expect((await ask("/verify/resend", waiting)).status).toBe(202)
			// Longer than a commit is waited for, and the pause until it is made again.
			await pause(12_000)
		} finally {
			await setStandby("")
		}
		await expectRecovered()
		// Longer than the next pause.
		await pause(7_000)
		expect((await mails()) - before).toBe(2)
	})

	it("a column that a newer version adds meanwhile fails no request of this one", async () => {
		expect((await account()).status).toBe(200)
		await asAnother((other) => other.query(`ALTER TABLE "User" ADD COLUMN "ofTheFuture" TEXT`))
		expect((await Promise.all(requests())).map(({ status }) => status)).toEqual([200, 200, 201])
	})
})
