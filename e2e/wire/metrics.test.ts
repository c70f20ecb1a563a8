import { randomUUID } from "node:crypto"
import { describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import { clientOf, newSession, registerVerified, somebody } from "../support/client"
import { comparable } from "../support/comparable"
import { exchange, requestText } from "../support/exchange"
import { startServer, type TestServer } from "../support/server"
import { mailboxFixture, serverFixture } from "../support/server-fixture"

const TOKEN = "kV0m5m1cX3gS7hQz9pL2wR8tB4nD6fJy"
const bearer = { Authorization: `Bearer ${TOKEN}` }
const { server, mailbox } = serverFixture({ METRICS_TOKEN: TOKEN })

type Sample = { name: string; labels: Record<string, string>; value: number }

async function samplesOf(from: Pick<TestServer, "url"> = server): Promise<Sample[]> {
	const answer = await clientOf(from).get("/metrics", bearer)
	expect(answer.status).toBe(200)
	return [...answer.text.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)].map(
		([, name = "", labels = "", value]) => ({
			name,
			labels: Object.fromEntries(
				[...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, text]) => [key, text]),
			),
			value: Number(value),
		}),
	)
}

async function sampleOf(name: string, labels: Record<string, string> = {}): Promise<number | undefined> {
	const isMeant = (sample: Sample) =>
		sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value)
	return (await samplesOf()).find(isMeant)?.value
}

const requests = (route: string, method: string, status: string) =>
	sampleOf("gatehouse_request_duration_seconds_count", { route, method, status })

describe("/metrics", () => {
	it("counts requests by the route's pattern, never by what a client chose", async () => {
		const chosen = randomUUID()
		const cookie = await newSession(server, await registerVerified(server, mailbox))
		await clientOf(server).getJson("/account", { Cookie: cookie })
		await clientOf(server).getJson(`/users/${chosen}?q=${chosen}`)
		await clientOf(server).getJson(`/${chosen}`)
		await clientOf(server).send(`/${chosen}`, { method: "PROPFIND" })
		await clientOf(server).get(`/assets/${chosen}.js`)
		await clientOf(server).getJson(`/%00${chosen}`)

		expect(await requests("/account", "GET", "2xx")).toBeGreaterThanOrEqual(1)
		expect(await requests("/users/:id", "GET", "4xx")).toBeGreaterThanOrEqual(1)
		expect(await requests("/*", "GET", "4xx")).toBeGreaterThanOrEqual(1)
		expect(await requests("/*", "other", "4xx")).toBe(1)
		expect(await requests("none", "GET", "4xx")).toBeGreaterThanOrEqual(1)
		expect((await clientOf(server).get("/metrics", bearer)).text).not.toContain(chosen)
	})

	it("has as many series after many paths as after one", async () => {
		const ask = (path: string) => clientOf(server).get(path)
		await ask(`/users/${randomUUID()}`)
		await ask(`/${randomUUID()}`)
		const countSeries = async () =>
			(await samplesOf()).filter(({ name }) => name.startsWith("gatehouse_")).length
		await countSeries()
		const before = await countSeries()
		for (let time = 0; time < 50; time++) {
			await ask(`/users/${randomUUID()}`)
			await ask(`/${randomUUID()}/${randomUUID()}`)
		}
		expect(await countSeries()).toBe(before)
	})

	it("counts what limits refuse, by their names", async () => {
		const { points } = config.limits.wrongPasswordPerClient
		const name = { limit: "wrongPasswordPerClient" }
		const before = await sampleOf("gatehouse_limit_refusals_total", name)
		const client = clientOf(server)
		const tries = Array.from({ length: points + 3 }, (_, index) =>
			client.postJson("/login", { username: `nobody${index}`, password: "wrong password" }),
		)
		const refused = (await Promise.all(tries)).filter(({ status }) => status === 429).length
		expect(refused).toBe(3)
		expect(await sampleOf("gatehouse_limit_refusals_total", name)).toBe(Number(before) + refused)
		expect(await sampleOf("gatehouse_limit_refusals_total", { limit: "mailPerMailbox" })).toBe(0)
	})

	it("shows hashes that are made and that wait", async () => {
		expect(await sampleOf("gatehouse_hashes_waiting")).toBe(0)
		const tries = Array.from({ length: 60 }, () =>
			clientOf(server).postJson("/login", { username: somebody().username, password: "wrong password" }),
		)
		await expect.poll(() => sampleOf("gatehouse_hashes_waiting"), { interval: 20 }).toBeGreaterThan(0)
		expect(await sampleOf("gatehouse_hashes_running")).toBeGreaterThan(0)
		await Promise.all(tries)
		expect(await sampleOf("gatehouse_hashes_running")).toBe(0)
	})

	it("H-99: a page for strangers is kept once, however its path is written", async () => {
		const ask = (path: string) => clientOf(server).get(path, { Accept: "text/html" })
		const kept = () => sampleOf("gatehouse_pages_kept")
		await ask("/login")
		const before = Number(await kept())
		expect(before).toBeGreaterThan(0)
		await ask("/forgot-password")
		expect(await kept()).toBe(before + 1)
		for (const path of [
			"/forgot-password",
			"/Forgot-password",
			"/forgot%2Dpassword",
			"/forgot-password/",
			"/login?x=1",
		])
			expect((await ask(path)).status).toBe(200)
		expect(await kept()).toBe(before + 1)
	})

	it("shows event loop and memory", async () => {
		expect(await sampleOf("nodejs_eventloop_lag_p99_seconds")).toBeGreaterThan(0)
		expect(await sampleOf("process_resident_memory_bytes")).toBeGreaterThan(10_000_000)
	})

	it("is text for Prometheus; HEAD has no body; every other method is refused", async () => {
		const answer = await clientOf(server).get("/metrics", bearer)
		expect(answer.headers.get("Content-Type")).toBe("text/plain; version=0.0.4; charset=utf-8")
		expect(answer.headers.get("Cache-Control")).toBe("no-store")
		const head = await clientOf(server).send("/metrics", { method: "HEAD", headers: bearer })
		expect([head.status, head.text]).toEqual([200, ""])
		for (const method of ["POST", "DELETE", "OPTIONS"]) {
			const refused = await clientOf(server).send("/metrics", { method, headers: bearer })
			expect([refused.status, refused.headers.get("Allow")]).toEqual([405, "GET, HEAD"])
		}
	})
})

describe("what waits", () => {
	it("shows sessions, and mails that are due, however many there are", async () => {
		const crowded = await startServer({ env: { METRICS_TOKEN: TOKEN } })
		try {
			const { database } = crowded
			const fromNow = (ms: number) => new Date(Date.now() + ms).toISOString().replace("Z", "+00:00")
			const later = fromNow(3_600_000)
			const past = fromNow(-60_000)
			database
				.prepare(
					`INSERT INTO "User" ("id", "username", "usernameKey", "email", "emailKey", "passwordHash", "createdAt", "updatedAt")
					VALUES ('u', 'u', 'u', 'u@example.org', 'u@example.org', '', ?, ?)`,
				)
				.run(past, past)
			const insert = database.prepare(
				`INSERT INTO "Session" ("id", "userId", "backend", "epoch", "expiresAt", "absoluteExpiresAt", "createdAt", "lastSeenAt", "address", "userAgent")
				VALUES (?, 'u', 'cookie', 0, ?, ?, ?, ?, '', '')`,
			)
			database.exec("BEGIN")
			// More than one step of counting; many of them end at the same moment, some have ended.
			for (let index = 0; index < 12_000; index++) {
				const end = index < 7_000 ? later : fromNow(7_200_000 + index)
				insert.run(`s${index}`, end, later, past, past)
			}
			for (let index = 0; index < 5; index++) insert.run(`old${index}`, past, past, past, past)
			database.exec("COMMIT")
			database
				.prepare(
					`INSERT INTO "OutboxMail" ("id", "kind", "to", "attempts", "createdAt", "nextAttemptAt") VALUES (?, 'verify', 'u@example.org', 1, ?, ?)`,
				)
				.run("m", past, later)
			const samples = await samplesOf(crowded)
			const shown = (name: string) => samples.find((sample) => sample.name === name)?.value
			expect(shown("gatehouse_sessions_active")).toBe(12_000)
			expect(shown("gatehouse_outbox_mails")).toBe(1)
			expect(shown("gatehouse_outbox_oldest_due_seconds")).toBe(0)
		} finally {
			await crowded.stop()
		}
	})

	it("is unknown where the database cannot be asked, and all else is told", async () => {
		const broken = await startServer({ env: { METRICS_TOKEN: TOKEN } })
		try {
			broken.database.exec(`ALTER TABLE "OutboxMail" RENAME TO "Elsewhere"`)
			const samples = await samplesOf(broken)
			expect(samples.find(({ name }) => name === "gatehouse_outbox_mails")?.value).toBeNaN()
			expect(samples.find(({ name }) => name === "gatehouse_hashes_waiting")?.value).toBe(0)
		} finally {
			await broken.stop()
		}
	})
})

describe("who may read /metrics", () => {
	const others = mailboxFixture()
	const get = (from: TestServer, headers: Record<string, string> = {}) =>
		clientOf(from).get("/metrics", headers)
	const direct = (from: TestServer, headers: Record<string, string> = {}) =>
		fetch(`${from.url}/metrics`, { headers }).then(({ status }) => status)

	it("H-98: to everybody else it is a path that is not there", async () => {
		const wrong: Record<string, string>[] = [
			{},
			{ Authorization: "Bearer" },
			{ Authorization: "Bearer " },
			{ Authorization: `Bearer ${TOKEN}x` },
			{ Authorization: `Bearer ${TOKEN.slice(1)}x` },
			{ Authorization: `Basic ${TOKEN}` },
			{ Authorization: `Bearer ${TOKEN.toLowerCase()}` },
			{ Authorization: `Bearer ${"é".repeat(16)}` },
			{ Cookie: `token=${TOKEN}` },
		]
		for (const headers of wrong)
			for (const Accept of ["text/html", "application/json"]) {
				const asked = await get(server, { ...headers, Accept })
				const unknown = await clientOf(server).get("/no-such", { ...headers, Accept })
				expect(asked.status).toBe(404)
				expect(comparable(asked, [])).toEqual(comparable(unknown, []))
			}
		expect((await clientOf(server).get(`/metrics?token=${TOKEN}`)).status).toBe(404)
		const posted = await clientOf(server).send("/metrics", { method: "POST" })
		const nowhere = await clientOf(server).send("/no-such", { method: "POST" })
		expect(comparable(posted, [])).toEqual(comparable(nowhere, []))
	})

	it("H-98: behind a proxy, no address is enough: all come from this machine, or can say so", async () => {
		const proxied = await startServer({ env: { SMTP_URL: others.url, TRUST_PROXY: "1" } })
		try {
			expect(await direct(proxied)).toBe(404)
			for (const address of ["127.0.0.1", "::1", "203.0.113.7, 127.0.0.1", "unknown"])
				expect((await get(proxied, { "X-Forwarded-For": address })).status).toBe(404)
		} finally {
			await proxied.stop()
		}
	})

	it("H-98: without a proxy, who is on this machine needs no token; what came by a proxy, or by another name, does", async () => {
		const open = await startServer({ env: { SMTP_URL: others.url, TRUST_PROXY: "0" } })
		try {
			expect(await direct(open)).toBe(200)
			const traces = [
				"X-Forwarded-For",
				"X-Forwarded-Host",
				"X-Real-IP",
				"CF-Connecting-IP",
				"Forwarded",
				"Via",
				"X-Original-Forwarded-For",
				"X-Envoy-External-Address",
				"CDN-Loop",
			]
			for (const name of traces) expect(await direct(open, { [name]: "127.0.0.1" })).toBe(404)
			const named = (host: string) =>
				exchange(open, requestText("GET /metrics HTTP/1.1", [`Host: ${host}`, "Connection: close"]))
			expect((await named("127.0.0.1")).status).toBe(200)
			const old = requestText("GET /metrics HTTP/1.0", ["Host: 127.0.0.1"])
			expect((await exchange(open, old)).status).toBe(404)
			for (const host of ["accounts.example.org", "localhost.evil.test", "192.168.0.1"])
				expect((await named(host)).status).toBe(404)
		} finally {
			await open.stop()
		}
	})
})
