import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { requestText } from "../support/exchange"
import { freePort } from "../support/free-port"
import { findNginx, isListening } from "../support/nginx"
import { type Program, startProgram } from "../support/program"
import { serverFixture } from "../support/server-fixture"

const nginx = findNginx()
const { server } = serverFixture()

describe.skipIf(!nginx)("deploy/nginx.conf, without TLS", () => {
	const folder = mkdtempSync(join(tmpdir(), "gatehouse-nginx-"))
	let program: Program | undefined
	let port = 0

	beforeAll(async () => {
		const [redirects, own] = [await freePort(), await freePort()]
		port = own
		const changes: [RegExp, string][] = [
			[/listen 80;/, `listen 127.0.0.1:${redirects};`],
			[/listen 443 ssl;/, `listen 127.0.0.1:${port};`],
			[/ssl_.*;/g, ""],
			[/node[12]:3000/g, `127.0.0.1:${server.port}`],
			[/\/run\/nginx\.pid/, `${folder}/nginx.pid`],
			// One, so that this machine's processors don't decide how many connections there is room for.
			[/worker_processes auto;/, "worker_processes 1;"],
			[/http \{/, `http { client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;`],
		]
		let configuration = readFileSync("deploy/nginx.conf", "utf8")
		for (const [there, here] of changes) {
			expect(configuration).toMatch(there)
			configuration = configuration.replace(there, here)
		}
		writeFileSync(join(folder, "nginx.conf"), configuration)
		program = await startProgram(nginx ?? "", ["-c", join(folder, "nginx.conf"), "-g", "daemon off;"], {
			cwd: folder,
			endBy: "SIGTERM",
			isReady: () => isListening(port),
		})
	})
	afterAll(async () => {
		await program?.end()
		rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
	})

	/** Of one client, each with what `text` says. */
	const hold = async (count: number, text: string, localAddress: string) => {
		const held = Array.from({ length: count }, () => {
			const socket = connect({ port, host: "127.0.0.1", localAddress }).on("error", () => {})
			socket.write(text)
			return socket.resume()
		})
		await pause(2_000)
		return held
	}
	const ask = (localAddress: string) => {
		const socket = connect({ port, host: "127.0.0.1", localAddress })
		return new Promise<number>((resolve) => {
			socket.on("error", () => resolve(0))
			socket.on("close", () => resolve(0))
			socket.once("data", (chunk) => resolve(Number(String(chunk).split(" ")[1])))
			socket.setTimeout(5_000, () => socket.destroy())
			socket.write(requestText("GET /healthz HTTP/1.1", ["Host: localhost", "Connection: close"]))
		})
	}

	it("H-79: one address has 256 requests under way, and everybody else is answered", async () => {
		const body = requestText("POST /login HTTP/1.1", ["Host: localhost", "Content-Length: 60"], "half")
		const held = await hold(300, body, "127.0.0.2")
		expect(await ask("127.0.0.2")).toBe(503)
		expect(await ask("127.0.0.3")).toBe(200)
		for (const socket of held) socket.destroy()
		await expect.poll(() => ask("127.0.0.2")).toBe(200)
	})

	it("H-79: thousands of half heads of one client keep nobody out, and are hung up on", async () => {
		const half = "GET /login HTTP/1.1\r\nHost: local"
		const held = await hold(6_000, half, "127.0.0.2")
		for (let time = 0; time < 5; time++) expect(await ask("127.0.0.3")).toBe(200)
		const closed = () => held.filter((socket) => socket.closed).length
		await expect.poll(closed, { timeout: 15_000 }).toBe(held.length)
	})
})
