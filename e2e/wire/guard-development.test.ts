import { describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import { AFTER_REGISTERING, registrationOf, somebody } from "../support/client"
import { exchange, requestText } from "../support/exchange"
import { startServer } from "../support/server"
import { serverFixture } from "../support/server-fixture"

const { server } = serverFixture({ NODE_ENV: "development", APP_URL: "", SMTP_URL: "" })

/** A form as a browser posts it over plain http, where it sends no Sec-Fetch-Site. */
async function postForm(host: string, origin: string) {
	const person = somebody()
	const body = new URLSearchParams(registrationOf(person)).toString()
	const type = "Content-Type: application/x-www-form-urlencoded"
	const head = [
		`Host: ${host}`,
		`Origin: ${origin}`,
		"Connection: close",
		type,
		`Content-Length: ${body.length}`,
	]
	const answer = await exchange(server, requestText("POST /register HTTP/1.1", head, body))
	const { users } = server.database
		.prepare(`SELECT count(*) users FROM "User" WHERE username = ?`)
		.get(person.username) as { users: number }
	return { status: answer.status, location: answer.headers.get("Location"), users, email: person.email }
}

describe("outside production", () => {
	it("pages opened under a name of this machine work, and lead back to it", async () => {
		for (const name of ["127.0.0.1", "localhost"]) {
			const host = `${name}:${server.port}`
			const { email: _, ...outcome } = await postForm(host, `http://${host}`)
			expect([name, outcome]).toEqual([name, { status: 303, location: AFTER_REGISTERING, users: 1 }])
		}
	})

	it("H-18: other origins are refused all the same, also under a host that points here", async () => {
		const { port } = server
		for (const [host, origin] of [
			[`127.0.0.1:${port}`, "http://evil.test"],
			[`127.0.0.1:${port}`, `http://evil.test:${port}`],
			[`127.0.0.1:${port}`, `http://127.0.0.1:${port + 1}`],
			[`127.0.0.1:${port}`, "http://127.0.0.1"],
			[`127.0.0.1:${port}`, `https://127.0.0.1:${port}`],
			[`127.0.0.1:${port}`, `http://127.0.0.1:${port}/`],
			[`127.0.0.1:${port}`, "null"],
			[`evil.test:${port}`, `http://evil.test:${port}`],
			[`127.0.0.1.evil.test:${port}`, `http://127.0.0.1.evil.test:${port}`],
			[`evil.test:${port}`, `http://127.0.0.1:${port}`],
		] as const) {
			const { status, users } = await postForm(host, origin)
			expect([host, origin, status, users]).toEqual([host, origin, 403, 0])
		}
	})

	it.runIf(config.verification.enabled)(
		"mails can be read at /dev/mail, and their links lead to APP_URL, not to the host of the request",
		async () => {
			const host = `127.0.0.1:${server.port}`
			const { email } = await postForm(host, `http://${host}`)
			const inbox = async () => {
				const head = [
					`Host: ${host}`,
					"Accept: application/json",
					"Accept-Encoding: identity",
					"Connection: close",
				]
				return (await exchange(server, requestText("GET /dev/mail HTTP/1.1", head))).body
			}
			await expect.poll(inbox, { timeout: 10_000 }).toContain(email)
			expect(await inbox()).toContain(`http://localhost:${server.port}/verify?user_id=`)
			expect(await inbox()).not.toContain(`http://${host}/verify`)
		},
	)

	it("H-18: in production, a name of this machine is as foreign as any other", async () => {
		const production = await startServer({ env: { APP_URL: "https://kit.test" } })
		try {
			const host = `127.0.0.1:${production.port}`
			const head = [`Host: ${host}`, `Origin: http://${host}`, "Connection: close", "Content-Length: 0"]
			expect((await exchange(production, requestText("POST /logout HTTP/1.1", head))).status).toBe(403)
		} finally {
			await production.stop()
		}
	})
})
