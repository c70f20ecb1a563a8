import { connect, type Socket } from "node:net"
import { setTimeout as pause } from "node:timers/promises"
import { describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import {
	COOKIE,
	clientOf,
	freshAddress,
	linkFields,
	newSession,
	type Person,
	register,
	registerVerified,
	somebody,
} from "../support/client"
import { expectWhole, logged, until, verifyByMail } from "../support/faults"
import { startMailbox } from "../support/mailbox"
import { startServer, type TestServer } from "../support/server"
import { mailboxFixture } from "../support/server-fixture"

const mailbox = mailboxFixture()

function start(
	before?: Pick<TestServer, "databaseUrl">,
	env: Record<string, string> = {},
): Promise<TestServer> {
	return startServer({
		env: { SMTP_URL: mailbox.url, ...env },
		...(before && { databaseUrl: before.databaseUrl }),
	})
}

/** A connection that says one thing, and keeps what it hears. */
function speak(server: TestServer, text: string): Promise<{ socket: Socket; heard: () => string }> {
	return new Promise((resolve, reject) => {
		let heard = ""
		const socket = connect(server.port, "127.0.0.1", () =>
			socket.write(text, () => resolve({ socket, heard: () => heard })),
		)
		socket.on("data", (chunk) => {
			heard += chunk
		})
		socket.on("error", reject)
	})
}

/** For a server that was told to stop already: a second signal would end it at once. */
async function exitCode(server: TestServer): Promise<number | null> {
	await until(() => server.process.exitCode !== null)
	return server.stop()
}

/** A request whose body never comes. */
function halfRequest(server: TestServer): string {
	return `POST /login HTTP/1.1\r\nHost: localhost:${server.port}\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{`
}

function rawPost(server: TestServer, path: string, fields: Record<string, string>): string {
	const body = JSON.stringify(fields)
	const head = [
		`POST ${path} HTTP/1.1`,
		`Host: localhost:${server.port}`,
		"Content-Type: application/json",
		`Content-Length: ${Buffer.byteLength(body)}`,
		`X-Forwarded-For: ${freshAddress()}`,
	]
	return `${head.join("\r\n")}\r\n\r\n${body}`
}

function rawSignIn(server: TestServer, { username, password }: Person): string {
	return rawPost(server, "/login", { username, password })
}

describe("H-69: told to stop by SIGTERM", () => {
	it("finishes sign-ins that are under way, keep-alive or not, and ends with 0", async () => {
		const server = await start()
		const person = await registerVerified(server, mailbox)
		const idle = await speak(server, `GET /healthz HTTP/1.1\r\nHost: localhost:${server.port}\r\n\r\n`)
		await until(() => idle.heard().includes("200 OK"))
		const requests = Array.from({ length: 8 }, () => rawSignIn(server, person))
		const underWay = await Promise.all(requests.map((request) => speak(server, request.slice(0, -1))))
		await pause(300)
		server.process.kill("SIGTERM")
		await until(() => logged(server, "server.stopping").length === 1)
		await expect(clientOf(server).get("/healthz")).rejects.toThrow()
		const told = Date.now()
		for (const { socket } of underWay) socket.write("}")
		await until(() => underWay.every(({ heard }) => heard().includes("\r\n\r\n")))
		for (const { heard } of underWay)
			expect(heard()).toMatch(new RegExp(`^HTTP/1.1 200 .*Set-Cookie: ${COOKIE}=`, "is"))
		expect(await exitCode(server)).toBe(0)
		expect(Date.now() - told).toBeLessThan(4_000)
		expect(logged(server, "server.stopped")).toHaveLength(1)
		expect(logged(server, "request.failed")).toEqual([])
	})

	it("finishes what was asked before it was ready, too", async () => {
		const nodeOptions = ["--import", "./e2e/support/note-start.mjs"]
		const env = { SMTP_URL: mailbox.url }
		const server = await startServer({ env, nodeOptions, waitUntilReady: false })
		await until(() => logged(server, "test.listening").length === 1)
		const answer = register(server, somebody())
		await pause(30)
		server.process.kill("SIGTERM")
		expect((await answer).status).toBe(201)
		expect(await exitCode(server)).toBe(0)
		expect(logged(server, "server.stopped")).toHaveLength(1)
	})

	it("says that it is not ready meanwhile, though still alive", async () => {
		const server = await start()
		const head = (path: string) =>
			`GET ${path} HTTP/1.1\r\nHost: localhost:${server.port}\r\nAccept: application/json\r\n`
		const ready = await speak(server, head("/readyz"))
		const alive = await speak(server, head("/healthz"))
		await pause(100)
		server.process.kill("SIGTERM")
		await until(() => logged(server, "server.stopping").length === 1)
		for (const { socket } of [ready, alive]) socket.write("Connection: close\r\n\r\n")
		await until(() => ready.heard().includes("}") && alive.heard().includes("}"))
		expect(ready.heard()).toMatch(/^HTTP\/1.1 503 .*"code":"unavailable"/s)
		expect(alive.heard()).toMatch(/^HTTP\/1.1 200 /)
		expect(await exitCode(server)).toBe(0)
	})

	it("tells clients to send their next request elsewhere, and does not wait for who says nothing", async () => {
		const server = await start()
		const silent = await speak(server, "")
		const [head, end] = [`GET /healthz HTTP/1.1\r\nHost: localhost:${server.port}\r\n`, "\r\n"]
		const asking = await speak(server, head)
		await pause(300)
		server.process.kill("SIGTERM")
		await until(() => logged(server, "server.stopping").length === 1)
		const told = Date.now()
		asking.socket.write(end)
		await until(() => asking.heard().includes("\r\n\r\n"))
		expect(asking.heard()).toMatch(/^HTTP\/1.1 200 .*\r\nConnection: close\r\n/s)
		expect(await exitCode(server)).toBe(0)
		expect(Date.now() - told).toBeLessThan((config.server.shutdownGraceSeconds * 1000) / 2)
		silent.socket.destroy()
	})

	it.runIf(config.verification.enabled).concurrent(
		"writes down what somebody was told at the last moment",
		async () => {
			const server = await start()
			const people = await Promise.all([1, 2, 3].map(() => registerVerified(server, mailbox)))
			const requests = people.map(({ email }) => rawPost(server, "/forgot-password", { email }))
			const late = await Promise.all(requests.map((request) => speak(server, request.slice(0, -1))))
			const stuck = await speak(server, halfRequest(server))
			stuck.socket.on("error", () => {})
			await pause(300)
			server.process.kill("SIGTERM")
			await until(() => logged(server, "server.stopping").length === 1)
			// The first is in time in any case; on a busy machine the others may come too late to be told anything.
			await pause(config.server.shutdownGraceSeconds * 1000 - 1_000)
			for (const [index, { socket }] of late.entries()) {
				socket.write("}")
				await pause(index === 0 ? 920 : 30)
			}
			expect(await exitCode(server)).toBe(0)
			const told = late.filter(({ heard }) => heard().startsWith("HTTP/1.1 202"))
			expect(told.length).toBeGreaterThan(0)
			const mails = server.database.prepare(`SELECT count(*) FROM "OutboxMail" WHERE kind = 'reset'`)
			expect(mails.pluck().get()).toBeGreaterThanOrEqual(told.length)
		},
		60_000,
	)

	it.concurrent("does not wait for a request that never comes to its end", async () => {
		const server = await start()
		const stuck = await speak(server, halfRequest(server))
		stuck.socket.on("error", () => {})
		expect(await server.stop()).toBe(0)
	})

	it.runIf(config.verification.enabled).concurrent(
		"does not wait for a mail server that never answers, and keeps the mail",
		async () => {
			const slow = await startMailbox()
			slow.mode = "hang"
			const server = await start(undefined, { SMTP_URL: slow.url })
			const person = somebody()
			try {
				await register(server, person)
				await until(() => slow.attempts > 0)
				const told = Date.now()
				expect(await server.stop()).toBe(0)
				expect(Date.now() - told).toBeLessThan(20_000)
				expect(logged(server, "mail.interrupted")).toHaveLength(1)
			} finally {
				await slow.close()
			}
			const next = await start(server, { SECRET: server.secret })
			next.database.prepare(`UPDATE "OutboxMail" SET "nextAttemptAt" = "createdAt"`).run()
			expect((await verifyByMail(next, mailbox, person)).status).toBe(200)
			expect(await next.stop()).toBe(0)
		},
	)

	it("a second SIGTERM ends it at once", async () => {
		const server = await start()
		const stuck = await speak(server, halfRequest(server))
		stuck.socket.on("error", () => {})
		server.process.kill("SIGTERM")
		await until(() => logged(server, "server.stopping").length === 1)
		const told = Date.now()
		expect(await server.stop("SIGTERM")).toBe(1)
		expect(Date.now() - told).toBeLessThan(5_000)

		const next = await start(server, { SECRET: server.secret })
		expectWhole(next.database)
		expect(await next.stop()).toBe(0)
	})
})

describe("H-69: after a restart", () => {
	it("old cookies and links are valid with the same secret", async () => {
		const server = await start()
		const member = await registerVerified(server, mailbox)
		const cookie = await newSession(server, member)
		const change = { email: somebody().email, current_password: member.password }
		await clientOf(server).postJson("/account/email", change, { Cookie: cookie })
		const link = linkFields((await mailbox.next(change.email)).links[0] ?? "")
		await server.stop()

		const next = await start(server, { SECRET: server.secret })
		const account = await clientOf(next).getJson("/account", { Cookie: cookie })
		expect([account.status, account.json.user.username]).toEqual([200, member.username])
		expect((await clientOf(next).postJson("/account/email/confirm", link)).status).toBe(200)
		expect(await next.stop()).toBe(0)
	})

	it.runIf(config.verification.enabled)(
		"links work while their secret is listed in SECRET_PREVIOUS, and no longer",
		async () => {
			const server = await start()
			const person = somebody()
			await register(server, person)
			const link = linkFields((await mailbox.next(person.email)).links[0] ?? "")
			await server.stop()

			const forgotten = await start(server)
			const refused = await clientOf(forgotten).postJson("/verify", link)
			expect([refused.status, refused.json.code]).toEqual([400, "link_invalid"])
			await forgotten.stop()

			const rotated = await start(server, { SECRET_PREVIOUS: server.secret })
			expect((await clientOf(rotated).postJson("/verify", link)).status).toBe(200)
			await register(rotated, { ...person, username: "second.one", email: "second.one@example.org" })
			const newLink = linkFields((await mailbox.next("second.one@example.org")).links[0] ?? "")
			await rotated.stop()

			const later = await start(server, { SECRET: rotated.secret })
			expect((await clientOf(later).postJson("/verify", newLink)).status).toBe(200)
			expect(await later.stop()).toBe(0)
		},
	)
})
