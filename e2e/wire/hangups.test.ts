import { expect, it } from "vitest"
import { clientOf, newSession, registerVerified } from "../support/client"
import { exchange } from "../support/exchange"
import { serverFixture } from "../support/server-fixture"

const { server, mailbox } = serverFixture()

it("H-30: a connection that is reset after CONNECT does not end the process", async () => {
	for (let round = 0; round < 5; round++)
		await exchange(server, (socket) => {
			socket.write("CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n")
			setTimeout(() => socket.resetAndDestroy(), 30)
		})
	await new Promise((resolve) => setTimeout(resolve, 200))
	expect(server.process.exitCode).toBe(null)
	expect((await clientOf(server).get("/healthz")).status).toBe(200)
})

it("with an Authorization header the cookie does not count, and signing out leaves its session alone", async () => {
	const client = clientOf(server)
	const Cookie = await newSession(server, await registerVerified(server, mailbox))
	for (const Authorization of ["Bearer junk", "Basic x", "x"]) {
		const account = await client.getJson("/account", { Cookie, Authorization })
		expect([account.status, account.json.code]).toEqual([401, "unauthenticated"])
		const signedOut = await client.postJson("/logout", {}, { Cookie, Authorization })
		expect([signedOut.status, signedOut.cookies]).toEqual([204, []])
	}
	expect((await client.getJson("/account", { Cookie })).status).toBe(200)
})

it("H-03: a body under another transfer coding, or of two types, is not read", async () => {
	const body = '{"username":"a","password":"b"}'
	const coded = `POST /login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: gzip, chunked\r\nConnection: close\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
	const twice = `POST /login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`
	expect((await exchange(server, coded)).statuses).toEqual([400])
	expect((await exchange(server, twice)).statuses).toEqual([415])
})
