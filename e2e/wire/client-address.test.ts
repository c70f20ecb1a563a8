import { randomUUID } from "node:crypto"
import { describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import { exchange, getRaw, requestText } from "../support/exchange"
import { serverFixture } from "../support/server-fixture"

const MAX_WRONG = config.limits.wrongPasswordPerAccount.points
const SOCKET = "127.0.0.1"
const servers = ["0", "1", "2"].map((TRUST_PROXY) => serverFixture({ TRUST_PROXY }).server)

/** The address that a request was counted under, behind this many trusted proxies: the log says it. */
async function seenAs(hops: number, headers: string[]): Promise<unknown> {
	const server = servers[hops]
	if (!server) throw new Error(`No server trusts ${hops} proxies`)
	const path = `/${randomUUID()}`
	const answer = await getRaw(server, path, headers)
	expect(answer.status).toBe(404)
	for (const deadline = Date.now() + 5_000; Date.now() < deadline; ) {
		const line = server.logLines().find((candidate) => candidate.path === path)
		if (line) return line.address
		await new Promise((resolve) => setTimeout(resolve, 10))
	}
	throw new Error("The request was not logged")
}

const list = (value: string) => [`X-Forwarded-For: ${value}`]

describe("H-48: the client's address", () => {
	it.each([
		["nothing", [], [SOCKET, SOCKET, SOCKET]],
		["one hop", list("1.1.1.1"), [SOCKET, "1.1.1.1", "1.1.1.1"]],
		["two hops", list("1.1.1.1, 2.2.2.2"), [SOCKET, "2.2.2.2", "1.1.1.1"]],
		["three hops, one forged", list("6.6.6.6, 1.1.1.1, 2.2.2.2"), [SOCKET, "2.2.2.2", "1.1.1.1"]],
		["no spaces", list("6.6.6.6,1.1.1.1,2.2.2.2"), [SOCKET, "2.2.2.2", "1.1.1.1"]],
		["odd spaces", list("6.6.6.6 ,\t1.1.1.1 ,  2.2.2.2  "), [SOCKET, "2.2.2.2", "1.1.1.1"]],
		["ports", list("1.1.1.1:50000, 2.2.2.2:50001"), [SOCKET, "2.2.2.2", "1.1.1.1"]],
		["two headers", [...list("6.6.6.6, 1.1.1.1"), ...list("2.2.2.2")], [SOCKET, "2.2.2.2", "1.1.1.1"]],
		["unknown", list("unknown, unknown"), [SOCKET, SOCKET, SOCKET]],
		["an obfuscated name", list("_hidden, _secret"), [SOCKET, SOCKET, SOCKET]],
		["garbage", list("<script>, 999.1.1.1"), [SOCKET, SOCKET, SOCKET]],
		["empty entries", list(", ,"), [SOCKET, SOCKET, SOCKET]],
		["an empty header", list(""), [SOCKET, SOCKET, SOCKET]],
		["IPv6", list("2001:db8:1:2:3:4:5:6"), [SOCKET, "2001:db8:1:2::/64", "2001:db8:1:2::/64"]],
		["IPv6 in short", list("2001:db8::1"), [SOCKET, "2001:db8:0:0::/64", "2001:db8:0:0::/64"]],
		["IPv6 in brackets", list("[2001:DB8:1:2::7]"), [SOCKET, "2001:db8:1:2::/64", "2001:db8:1:2::/64"]],
		["IPv6 with a port", list("[2001:db8:1:2::7]:443"), [SOCKET, "2001:db8:1:2::/64", "2001:db8:1:2::/64"]],
		["IPv4 as IPv6", list("::ffff:1.1.1.1"), [SOCKET, "1.1.1.1", "1.1.1.1"]],
		["IPv4 as IPv6, in hex", list("::ffff:0101:0101"), [SOCKET, "1.1.1.1", "1.1.1.1"]],
	] satisfies [string, string[], string[]][])("%s", async (_title, headers, expected) => {
		for (const [hops, address] of expected.entries())
			expect([hops, await seenAs(hops, headers)]).toEqual([hops, address])
	})

	it("a thousand entries: only the right end counts", async () => {
		const forged = Array.from({ length: 1_000 }, (_, index) => `6.6.${index >> 8}.${index & 255}`).join(",")
		const headers = list(`${forged}, 1.1.1.1, 2.2.2.2`)
		expect(await seenAs(0, headers)).toBe(SOCKET)
		expect(await seenAs(1, headers)).toBe("2.2.2.2")
		expect(await seenAs(2, headers)).toBe("1.1.1.1")
	})

	it("other headers say nothing", async () => {
		const names = [
			"X-Real-IP",
			"X-Client-IP",
			"CF-Connecting-IP",
			"True-Client-IP",
			"Fastly-Client-IP",
			"X-Forwarded",
		]
		const headers = [
			...names.map((name) => `${name}: 6.6.6.6`),
			"Forwarded: for=6.6.6.6;by=6.6.6.6",
			"Via: 1.1 6.6.6.6",
		]
		for (const hops of [0, 1, 2]) {
			expect(await seenAs(hops, headers)).toBe(SOCKET)
			const behind = hops === 0 ? SOCKET : "1.1.1.1"
			expect(await seenAs(hops, [...headers, ...list("1.1.1.1")])).toBe(behind)
		}
	})

	it("a client that changes what it claims is still counted as one", async () => {
		const body = JSON.stringify({ username: "nobody-at-all", password: "wrong" })
		const statuses: number[] = []
		for (let index = 0; index <= MAX_WRONG; index++) {
			const claimed = [
				...list(`6.6.6.${index}, 9.9.9.9`),
				`X-Real-IP: 6.6.6.${index}`,
				`X-Client-IP: 6.6.6.${index}`,
			]
			const head = [
				"Host: localhost",
				"Connection: close",
				"Content-Type: application/json",
				`Content-Length: ${body.length}`,
			]
			const server = servers[1]
			if (server)
				statuses.push(
					(await exchange(server, requestText("POST /login HTTP/1.1", [...head, ...claimed], body))).status,
				)
		}
		expect(statuses).toEqual([...Array(MAX_WRONG).fill(401), 429])
	})
})
