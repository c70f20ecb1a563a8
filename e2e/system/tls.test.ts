import { readFileSync } from "node:fs"
import pg from "pg"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import { cancelWork } from "../../app/db/postgres/cancel.server"
import { makeCertificate } from "../support/certificate"
import { clientOf, newSession, registerVerified, signIn, somebody } from "../support/client"
import { logged } from "../support/faults"
import { type Cluster, startCluster } from "../support/postgres-cluster"
import { type RedisServer, startRedis } from "../support/redis"
import { startServer, type TestServer } from "../support/server"
import { mailboxFixture } from "../support/server-fixture"

const mailbox = mailboxFixture()
const { points } = config.limits.wrongPasswordPerAccount
const certificate = makeCertificate()
let cluster: Cluster
let redis: RedisServer
const servers: TestServer[] = []

beforeAll(async () => {
	cluster = await startCluster(certificate)
	redis = await startRedis("", certificate)
}, 60_000)
afterAll(async () => {
	for (const server of servers) await server.stop()
	await redis?.stop()
	await cluster?.stop()
})

/** By the name of the certificate, or by the address that it does not name. */
const databaseAt = (host: string) => `${cluster.urlOf().replace("127.0.0.1", host)}?sslmode=verify-full`
const redisAt = (host: string) => redis.url.replace("127.0.0.1", host)

async function start(
	env: Record<string, string>,
	databaseUrl = databaseAt("localhost"),
): Promise<TestServer> {
	const server = await startServer({ databaseUrl, env: { SMTP_URL: mailbox.url, ...env } })
	servers.push(server)
	return server
}

describe("PostgreSQL and Redis over TLS", () => {
	it("are used where their certificate is trusted, and over nothing else", async () => {
		const server = await start({ NODE_EXTRA_CA_CERTS: certificate.cert, REDIS_URL: redisAt("localhost") })
		const person = await registerVerified(server, mailbox)
		const account = await clientOf(server).getJson("/account", { Cookie: await newSession(server, person) })
		expect(account.json.user.username).toBe(person.username)

		const { username } = somebody()
		for (let tries = 0; tries < points; tries++)
			expect((await signIn(server, { username, password: "not the password" })).status).toBe(401)
		expect((await signIn(server, { username, password: "not the password" })).status).toBe(429)
		expect(logged(server, "limits.unavailable")).toEqual([])
		expect(Number(await redis.ask("dbsize"))).toBeGreaterThan(0)

		const asking = new pg.Client(cluster.urlOf())
		await asking.connect()
		const { rows } = await asking.query(
			"SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE pid <> pg_backend_pid() AND client_addr IS NOT NULL",
		)
		await asking.end()
		expect(rows.length).toBeGreaterThan(0)
		expect(rows.every(({ ssl }) => ssl)).toBe(true)
	}, 60_000)

	it("what PostgreSQL does for nobody any more is cancelled over TLS, too", async () => {
		const ssl = { ca: readFileSync(certificate.cert) }
		const pool = new pg.Pool({ connectionString: cluster.urlOf().replace("127.0.0.1", "localhost"), ssl })
		const connection = await pool.connect()
		const work = connection.query("SELECT pg_sleep(30)")
		cancelWork(connection, 5_000)
		await expect(work).rejects.toMatchObject({ code: "57014" })
		connection.release()
		await pool.end()
	}, 20_000)

	it("PostgreSQL with a certificate that nobody vouches for stops the start, in one line", async () => {
		await expect(start({})).rejects.toThrow(
			/DATABASE_URL: the database cannot be used \(DEPTH_ZERO_SELF_SIGNED_CERT\)$/m,
		)
	}, 60_000)

	it("PostgreSQL whose certificate names another host stops the start", async () => {
		const env = { NODE_EXTRA_CA_CERTS: certificate.cert }
		await expect(start(env, databaseAt("127.0.0.1"))).rejects.toThrow(
			/DATABASE_URL: the database cannot be used \(ERR_TLS_CERT_ALTNAME_INVALID\)$/m,
		)
	}, 60_000)

	it("PostgreSQL that does not speak TLS stops the start, where it is asked for", async () => {
		const plain = await startCluster()
		try {
			await expect(start({}, `${plain.urlOf()}?sslmode=verify-full`)).rejects.toThrow(
				/DATABASE_URL: the database cannot be used \(The server does not support SSL connections\)$/m,
			)
		} finally {
			await plain.stop()
		}
	}, 60_000)

	it("Redis with a certificate that nobody vouches for is as good as away", async () => {
		const server = await start(
			{ REDIS_URL: redisAt("localhost") },
			databaseAt("localhost").replace("verify-full", "disable"),
		)
		expect((await signIn(server, somebody())).status).toBe(401)
		expect(logged(server, "limits.unavailable")).toHaveLength(1)
	}, 60_000)
})
