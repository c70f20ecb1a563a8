import { gzipSync } from "node:zlib"
import { expect, it } from "vitest"
import { clientOf } from "../support/client"
import { serverFixture } from "../support/server-fixture"

/** Gzipped. React and the router alone are 81 KB. */
const MAX_SCRIPT_BYTES = 95_000
const MAX_PAGE_BYTES = 6_000

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

it("what a browser loads to sign in is small", async () => {
	const client = clientOf(server)
	const page = (await client.get("/login")).text
	const preloaded = [...page.matchAll(/<link rel="modulepreload" href="([^"]+)"/g)].map((match) => match[1])
	const imported = [...page.matchAll(/(?:import |from )"(\/assets\/[^"]+)"/g)].map((match) => match[1])
	const files = new Set([...preloaded, ...imported].filter((path) => path !== undefined))
	expect(files.size).toBeGreaterThan(3)
	let bytes = 0
	for (const path of files) {
		const script = (await client.get(path)).text
		bytes += gzipSync(script).length
		// Whatever one of them imports at once has to be among them.
		const others = [...script.matchAll(/(?:from|import)"\.\/([^"]+)"/g)].map(([, name]) => `/assets/${name}`)
		for (const other of others) expect(files).toContain(other)
	}
	expect(bytes).toBeGreaterThan(50_000)
	expect(bytes).toBeLessThan(MAX_SCRIPT_BYTES)
	expect(gzipSync(page).length).toBeLessThan(MAX_PAGE_BYTES)
})
