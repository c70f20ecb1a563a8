import { execFileSync } from "node:child_process"
import { resolve } from "node:path"
import { say } from "../bin/setup.mjs"
import { PASSWORD, percentile } from "./load.mjs"
import { here, part, startPeer } from "./part.mjs"

const ROUNDS = 5
const SECONDS = 5
const MIXED_REQUESTS = 100_000

/** What must hold. */
const MIN_SESSION_CHECK_RATIO = 0.4
const MIN_PAGE_RATIO = 1
const MAX_MEGABYTES = 250

/** The same look-up with nothing around it. */
export async function compareSessionChecks(server) {
	const peer = await startPeer("express.mjs", server.databaseFile)
	const headers = { accept: "application/json", cookie: await signIn(server.url) }
	const ask = (url) => part("requests", `${url}/account`, String(SECONDS), JSON.stringify(headers))
	try {
		say(`Session checks (GET /account, JSON) per second, against a bare Express, ${ROUNDS} rounds in turn …`)
		return await compare(server.url, peer.url, ask, MIN_SESSION_CHECK_RATIO)
	} finally {
		peer.stop()
	}
}

/** A page with one form and nothing else, by the same Remix. */
export async function comparePages(server) {
	const options = { cwd: here("remix"), env: { ...process.env, NODE_ENV: "production" }, stdio: "ignore" }
	execFileSync(process.execPath, [resolve("node_modules/@remix-run/dev/dist/cli.js"), "vite:build"], options)
	const peer = await startPeer("remix.mjs")
	const headers = { accept: "text/html" }
	const ask = (url) => part("requests", `${url}/login`, String(SECONDS), JSON.stringify(headers))
	try {
		say(`Pages (GET /login) per second, against a bare Remix page, ${ROUNDS} rounds in turn …`)
		return await compare(server.url, peer.url, ask, MIN_PAGE_RATIO)
	} finally {
		peer.stop()
	}
}

async function compare(url, peerUrl, ask, least) {
	for (const each of [url, peerUrl]) await ask(each)
	const ratios = []
	for (let round = 1; round <= ROUNDS; round++) {
		const [ours, bare] = [await ask(url), await ask(peerUrl)]
		ratios.push(ours / bare)
		console.log(`  ${round}: ${ours.toFixed(0)}, bare ${bare.toFixed(0)}`)
	}
	const ratio = percentile(ratios, 0.5)
	console.log(`  ratio (median): ${ratio.toFixed(2)}   (at least ${least})`)
	return ratio >= least
}

/** Pages, session checks and refused sign-ins, by people with a session and without. */
export async function measureMemory(server) {
	say(`Resident memory after ${MIXED_REQUESTS.toLocaleString("en")} requests of all kinds …`)
	const cookie = await signIn(server.url)
	const half = () => part("mixed", server.url, String(MIXED_REQUESTS / 2), cookie)
	const atRest = megabytes(server.pid)
	await half()
	const halfWay = megabytes(server.pid)
	await half()
	const atEnd = megabytes(server.pid)
	console.log(
		`  ${atRest} MB at rest, ${halfWay} MB after half, ${atEnd} MB at the end   (below ${MAX_MEGABYTES})`,
	)
	return atEnd < MAX_MEGABYTES
}

async function signIn(url) {
	const headers = { "Content-Type": "application/json" }
	const body = JSON.stringify({ username: "quick0", password: PASSWORD })
	const answer = await fetch(`${url}/login`, { method: "POST", headers, body })
	return answer.headers.getSetCookie()[0]?.split(";")[0] ?? ""
}

function megabytes(pid) {
	return Math.round(Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)])) / 1024)
}
