import { existsSync } from "node:fs"
import { connect } from "node:net"
import { setTimeout as pause } from "node:timers/promises"
import { brotliDecompressSync, gunzipSync, gzipSync } from "node:zlib"
import { expect, it } from "vitest"
import { clientOf } from "../support/client"
import { exchange, getRaw, requestText } from "../support/exchange"
import { residentMegabytes } from "../support/resident-memory"
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

it.each([
	["gzip", "gzip", gunzipSync],
	["gzip, deflate, br, zstd", "br", brotliDecompressSync],
	["br;q=0, *", "gzip", gunzipSync],
])("files are ready-made for Accept-Encoding: %s", async (accepted, encoding, decompress) => {
	const page = (await clientOf(server).get("/login")).text
	const assets = ["styles", "libraries"].map((name) => page.match(`/assets/${name}-[^"]+`)?.[0] ?? "")
	for (const path of [...assets, "/favicon.ico", "/fonts.txt"]) {
		const ask = [`Accept-Encoding: ${accepted}`]
		const plain = await getRaw(server, path)
		const answer = await getRaw(server, path, ask)
		const head = await exchange(
			server,
			requestText(`HEAD ${path} HTTP/1.1`, ["Host: localhost", "Connection: close", ...ask]),
		)
		const bytes = Buffer.from(answer.body, "latin1")
		expect([path, answer.status, answer.headers.get("Content-Encoding")]).toEqual([path, 200, encoding])
		// What is compressed while it is sent has none.
		expect(answer.headers.get("Content-Length")).toBe(String(bytes.length))
		expect(decompress(bytes).toString("latin1")).toBe(plain.body)
		expect(bytes.length).toBeLessThanOrEqual(gzipSync(Buffer.from(plain.body, "latin1")).length)
		expect(head.body).toBe("")
		for (const name of ["Content-Type", "Cache-Control"])
			expect(answer.headers.get(name)).toBe(plain.headers.get(name))
		for (const name of ["Content-Type", "Cache-Control", "Content-Encoding", "Content-Length", "ETag"])
			expect(head.headers.get(name)).toBe(answer.headers.get(name))
		const tag = answer.headers.get("ETag")
		expect(tag).not.toBe(plain.headers.get("ETag"))
		const unchanged = await getRaw(server, path, [...ask, `If-None-Match: ${tag}`])
		expect([unchanged.status, unchanged.body]).toEqual([304, ""])
		for (const { headers } of [plain, answer, head, unchanged])
			expect(headers.get("Vary")).toContain("Accept-Encoding")
	}
})

it("what would not get smaller is given as it is, and no compressed file has a name of its own", async () => {
	for (const path of ["/favicon.svg", "/og.png"]) {
		const answer = await getRaw(server, path, ["Accept-Encoding: br, gzip"])
		expect([answer.status, answer.headers.get("Content-Encoding")]).toEqual([200, null])
	}
	for (const path of [
		"/fonts.txt.br",
		"/fonts.txt.gz",
		"/br/fonts.txt",
		"/compressed/br/fonts.txt",
		"/assets",
	])
		expect((await getRaw(server, path, ["Accept-Encoding: br"])).status).toBe(404)
})

it.skipIf(!existsSync("/proc/self/status"))(
	"H-84: who asks for files and does not read them fills no memory",
	async () => {
		const page = (await clientOf(server).get("/login")).text
		const path = page.match(/\/assets\/libraries-[^"]+\.js/)?.[0]
		const text = requestText(`GET ${path} HTTP/1.1`, ["Host: localhost", "Accept-Encoding: br"])
		const before = residentMegabytes(server)
		const deaf = Array.from({ length: 600 }, () => {
			const socket = connect(server.port, "127.0.0.1").on("error", () => {})
			socket.pause()
			socket.write(text.repeat(8))
			return socket
		})
		await pause(8_000)
		expect((await clientOf(server).get("/healthz")).status).toBe(200)
		expect(residentMegabytes(server) - before).toBeLessThan(100)
		for (const socket of deaf) socket.destroy()
	},
)

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
