import { execFileSync, spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { setTimeout as pause } from "node:timers/promises"
import { gzipSync } from "node:zlib"
import { say } from "../bin/setup.mjs"
import { atLeast, below, inTurn, ratioOf } from "./lines.mjs"
import { here, part } from "./part.mjs"
import { buildBareRemix } from "./peers.mjs"
import { freePort } from "./server.mjs"
import { signIn, withServer } from "./with-server.mjs"

const MIXED_REQUESTS = 100_000
const STARTS = 9
const POLL_MS = 2

/** Pages, session checks and refused sign-ins, by people with a session and without. */
export function measureMemory() {
	return withServer({}, async (server) => {
		say(`Resident memory after ${MIXED_REQUESTS.toLocaleString("en")} requests of all kinds …`)
		const cookie = await signIn(server.url)
		const half = () => part("mixed", server.url, MIXED_REQUESTS / 2, cookie)
		const atRest = megabytes(server.pid)
		await half()
		const halfWay = megabytes(server.pid)
		await half()
		const atEnd = megabytes(server.pid)
		return [
			below(250, "MB resident after 100,000 requests of all kinds", atEnd, `${atRest} at rest`),
			below(
				1.05,
				"the same, of what it was after half of them",
				atEnd / halfWay,
				`${halfWay} MB, ${atEnd} MB`,
			),
		]
	})
}

/** From nothing to the first page, with a database that has been migrated. */
export function measureStart() {
	buildBareRemix()
	return withServer({}, async ({ databaseUrl }) => {
		say(`From the start to the first page (GET /login), ${STARTS} times in turn …`)
		const ours = async (port) => {
			const settings = { APP_URL: `http://localhost:${port}`, DATABASE_URL: databaseUrl, SMTP_URL: "" }
			const env = { ...settings, PORT: String(port), SECRET: randomBytes(32).toString("base64url") }
			return timeToPage("bin/start.mjs", [], env, port)
		}
		const bare = (port) => timeToPage(here("remix.mjs"), [String(port)], {}, port)
		const asks = {
			ours: async () => ours(await freePort()),
			"bare Remix": async () => bare(await freePort()),
		}
		const results = await inTurn(STARTS, asks)
		return [
			below(
				1.5,
				"ms from the start to the first page, of a bare Remix server",
				...ratioOf(results, "ours", "bare Remix"),
			),
		]
	})
}

async function timeToPage(script, parameters, variables, port) {
	const env = { ...process.env, NODE_ENV: "production", ...variables }
	const started = performance.now()
	const child = spawn(process.execPath, [script, ...parameters], {
		env,
		stdio: ["ignore", "ignore", "inherit"],
	})
	const ended = new Promise((resolve) => child.once("exit", resolve))
	try {
		while (child.exitCode === null) {
			const page = await fetch(`http://localhost:${port}/login`, { headers: { accept: "text/html" } }).catch(
				() => null,
			)
			if (page?.ok) {
				await page.text()
				return performance.now() - started
			}
			await pause(POLL_MS)
		}
		throw new Error(`${script} ended with ${child.exitCode}`)
	} finally {
		child.kill()
		await ended
	}
}

/** What a browser gets to show the sign-in page. `e2e/wire/assets.test.ts` holds it, too. */
export function measureSizes() {
	return withServer({}, async ({ url }) => {
		const read = async (path) =>
			Buffer.from(await (await fetch(url + path, { headers: { accept: "*/*" } })).arrayBuffer())
		const gzippedSize = async (path) => {
			const headers = { accept: "*/*", "accept-encoding": "gzip" }
			return Number((await fetch(url + path, { method: "HEAD", headers })).headers.get("content-length"))
		}
		const page = await read("/login")
		const html = page.toString()
		const scripts = new Set(
			[...html.matchAll(/(?:rel="modulepreload" href=|import |from )"(\/assets\/[^"]+\.js)"/g)].map(
				(match) => match[1],
			),
		)
		const sizes = await Promise.all([...scripts].map(gzippedSize))
		const kilobytes = (bytes) => bytes / 1000
		const sum = sizes.reduce((total, size) => total + size, 0)
		// Without a script: what the server sent is all of the form.
		const parts = ["<form", 'name="username"', 'name="password"', 'type="submit"']
		const there = parts.filter((part) => html.replace(/<script.*?<\/script>/gs, "").includes(part)).length
		return [
			below(95, "KB of JavaScript for `/login`, gzipped", kilobytes(sum), `${scripts.size} files`),
			below(6, "KB of HTML of `/login`, gzipped", kilobytes(gzipSync(page).length)),
			atLeast(parts.length, "parts of the form that are there before a script runs", there),
		]
	})
}

/** What a process has in memory. */
export function megabytes(pid) {
	return Math.round(Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)])) / 1024)
}
