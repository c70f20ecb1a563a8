import { describe, expect, it } from "vitest"
import { textOf } from "../support/answers"
import { type Answer, COOKIE, clientOf, newSession, registerVerified, somebody } from "../support/client"
import { until } from "../support/faults"
import { startServer } from "../support/server"
import { mailboxFixture, serverFixture } from "../support/server-fixture"

const { server, mailbox } = serverFixture()
const HTML = { Accept: "text/html" }
const JSON_ONLY = { Accept: "application/json" }

/** The number that a person is told, or a program of what nobody expected, the header's, and the log's are one. */
async function expectOneId(answer: Answer, from = server): Promise<void> {
	const id = answer.headers.get("X-Request-Id") ?? ""
	expect(id).toMatch(/^[0-9a-f-]{36}$/)
	if (answer.json) expect(answer.json.request_id).toBe(answer.json.code === "internal" ? id : undefined)
	else expect(textOf(answer)).toContain(answer.status < 500 ? `Reference: ${id}` : `add this number: ${id}`)
	const isLogged = () => from.logLines().some((line) => line.event === "request" && line.request_id === id)
	await until(isLogged, 5_000)
}

type Ask = (headers: Record<string, string>) => Promise<Answer>

describe("every page of an error has the number that the log has", () => {
	const client = () => clientOf(server)
	const form = { "Content-Type": "application/x-www-form-urlencoded" }
	const send = (path: string, init: RequestInit) => (headers: Record<string, string>) =>
		client().send(path, { ...init, headers: { ...(init.headers as Record<string, string>), ...headers } })
	const cases: [status: number, title: string, ask: Ask][] = [
		[400, "an address that is broken", (headers) => client().get("/%00", headers)],
		[
			403,
			"another site",
			send("/login", { method: "POST", body: "", headers: { ...form, Origin: "https://evil.test" } }),
		],
		[
			403,
			"not allowed",
			async (headers) => {
				const Cookie = await newSession(server, await registerVerified(server, mailbox))
				return client().get("/users", { ...headers, Cookie })
			},
		],
		[404, "no such page", (headers) => client().get("/no-such", headers)],
		[404, "a page that is switched off", (headers) => client().get("/dev/mail", headers)],
		[404, "no such back end", send("/login/no-such", { method: "POST", body: "", headers: form })],
		[405, "another method", send("/", { method: "DELETE" })],
		[413, "too much", send("/login", { method: "POST", body: "a".repeat(70_000), headers: form })],
		[414, "too long", (headers) => client().get(`/${"a".repeat(9_000)}`, headers)],
		[
			415,
			"another type",
			send("/login", { method: "POST", body: "a", headers: { "Content-Type": "text/csv" } }),
		],
	]
	it.each(cases)("%i: %s", async (status, _title, ask) => {
		for (const headers of [HTML, JSON_ONLY]) {
			const answer = await ask(headers)
			expect(answer.status).toBe(status)
			await expectOneId(answer)
		}
	})
})

describe("what goes wrong on our side has it, too", () => {
	const others = mailboxFixture()
	it("500 and 503", async () => {
		const broken = await startServer({
			env: { SMTP_URL: others.url },
			settings: { password: { maxHashWaitSeconds: 0.001 } },
		})
		try {
			const login = (headers: Record<string, string>) =>
				clientOf(broken).send("/login", {
					method: "POST",
					body: new URLSearchParams({ username: somebody().username, password: "wrong password" }),
					headers,
				})
			const many = await Promise.all(Array.from({ length: 120 }, (_, i) => login(i % 2 ? HTML : JSON_ONLY)))
			const refused = many.filter(({ status }) => status === 503)
			expect(refused.length).toBeGreaterThan(2)
			for (const answer of refused.filter(({ json }) => json).slice(0, 3)) await expectOneId(answer, broken)

			const cookie = `${COOKIE}=${"a".repeat(43)}`
			broken.database.exec(`ALTER TABLE "Session" RENAME COLUMN "userAgent" TO "elsewhere"`)
			broken.database.exec(`ALTER TABLE "Session" RENAME COLUMN "expiresAt" TO "ends"`)
			for (const headers of [HTML, JSON_ONLY]) {
				const answer = await clientOf(broken).get("/account", { ...headers, Cookie: cookie })
				expect(answer.status).toBe(500)
				await expectOneId(answer, broken)
			}
		} finally {
			await broken.stop()
		}
	})
})

describe("traceparent", () => {
	const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
	const lineOf = async (answer: Answer) => {
		const id = answer.headers.get("X-Request-Id")
		const find = () => server.logLines().find((line) => line.event === "request" && line.request_id === id)
		await until(() => find() !== undefined)
		return find()
	}

	it("a valid one is named by the lines of its request, which keeps an id of its own", async () => {
		const traceparent = `00-${TRACE}-00f067aa0ba902b7-01`
		const answer = await clientOf(server).getJson("/login", { traceparent })
		expect(await lineOf(answer)).toMatchObject({ trace_id: TRACE })
		expect(answer.headers.get("X-Request-Id")).not.toContain(TRACE)
		expect(await lineOf(await clientOf(server).getJson("/login"))).not.toHaveProperty("trace_id")
	})

	it("a broken one is as good as none", async () => {
		for (const traceparent of [
			`ff-${TRACE}-00f067aa0ba902b7-01`,
			`00-${"0".repeat(32)}-00f067aa0ba902b7-01`,
			`00-${TRACE}-${"0".repeat(16)}-01`,
			`00-${TRACE}-00f067aa0ba902b7-01"}`,
			"x".repeat(5_000),
		]) {
			const answer = await clientOf(server).getJson("/login", { traceparent })
			expect(answer.status).toBe(200)
			expect(await lineOf(answer)).not.toHaveProperty("trace_id")
		}
	})
})
