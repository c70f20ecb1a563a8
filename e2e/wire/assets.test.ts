import { expect, it } from "vitest"
import { clientOf } from "../support/client"
import { serverFixture } from "../support/server-fixture"

const { server } = serverFixture()

it.each([
	["Range", "bytes=999999999-"],
	["Range", "bytes=x"],
	["If-Match", '"x"'],
	["If-Unmodified-Since", "Mon, 01 Jan 2001 00:00:00 GMT"],
])("a file is given whole, whatever %s: %s asks for", async (name, value) => {
	const client = clientOf(server)
	const asset = (await client.get("/login")).text.match(/\/assets\/[^"]+\.css/)?.[0] ?? ""
	for (const path of [asset, "/favicon.svg"]) {
		const whole = await client.get(path)
		const answer = await client.get(path, { [name]: value })
		expect([answer.status, answer.text]).toEqual([200, whole.text])
	}
	expect(server.logLines().filter(({ level }) => Number(level) >= 50)).toEqual([])
})
