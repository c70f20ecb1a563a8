import { once } from "node:events"
import { connect } from "node:net"
import { setTimeout as pause } from "node:timers/promises"
import { expect, it } from "vitest"
import { requestText } from "../support/exchange"
import { serverFixture } from "../support/server-fixture"

const { server } = serverFixture({}, [], { server: { answerTimeoutSeconds: 1 } })

/** Pages, more than both ends of a connection keep for each other. */
const MANY = 1_000

it("server.answerTimeoutSeconds: who asks for pages and does not read them is hung up on", async () => {
	const { hostname, port, host } = new URL(server.url)
	const one = requestText("GET /docs HTTP/1.1", [`Host: ${host}`, "Accept: text/html"])
	const open = () => connect(Number(port), hostname).on("error", () => {})
	const deaf = open()
	deaf.pause()
	deaf.write(one.repeat(MANY))

	const slow = open()
	slow.write(one)
	await once(slow, "data")
	await pause(4_000)
	slow.write(one)
	await once(slow, "data")
	slow.destroy()

	let answers = 0
	deaf.on("data", (chunk) => {
		answers += String(chunk).split("HTTP/1.1 200").length - 1
		if (answers === MANY) deaf.destroy()
	})
	deaf.resume()
	await new Promise((resolve) => deaf.once("close", resolve))
	expect(answers).toBeGreaterThan(0)
	expect(answers).toBeLessThan(MANY)
})
