import { connect } from "node:net"
import { expect, it } from "vitest"
import { clientOf, registerVerified, sessionOf } from "../support/client"
import { openHouse } from "../support/house"

const house = openHouse()

it("H-30: a connection that is reset after CONNECT does not end the process", async () => {
	for (let round = 0; round < 5; round++) {
		const socket = connect(house.server.port, "127.0.0.1")
		socket.on("error", () => {})
		await new Promise<void>((resolve) => socket.once("connect", () => resolve()))
		socket.write("CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n")
		await new Promise((resolve) => setTimeout(resolve, 30))
		socket.resetAndDestroy()
	}
	await new Promise((resolve) => setTimeout(resolve, 200))
	expect(house.server.process.exitCode).toBe(null)
	expect((await clientOf(house.server).get("/healthz")).status).toBe(200)
})

it("with an Authorization header the cookie does not count, and signing out leaves its session alone", async () => {
	const { username, password } = await registerVerified(house.server, house.mailbox)
	const client = clientOf(house.server)
	const Cookie = sessionOf(await client.postJson("/login", { username, password })) ?? ""
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
	expect(await statusOf(coded)).toBe(400)
	expect(await statusOf(twice)).toBe(415)
})

function statusOf(request: string): Promise<number> {
	return new Promise((resolve, reject) => {
		const socket = connect(house.server.port, "127.0.0.1", () => socket.write(request))
		socket.once("data", (data) => {
			resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(String(data))?.[1]))
			socket.destroy()
		})
		socket.once("error", reject)
	})
}
