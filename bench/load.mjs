import { availableParallelism, cpus } from "node:os"
import { Worker } from "node:worker_threads"
import { percentile } from "./lines.mjs"
import { overload, visitors } from "./open-loop.mjs"
import { ARGON2, addressOf, PASSWORD, PEOPLE, signedTokenOf, tokenOf } from "./people.mjs"

/** What `bench.mjs` measures with: each part runs in a process of its own, and sends what it found to its parent. */
export const CONNECTIONS = 16
export const PROBES = 400
const STRANGERS = 60
const PAIRS = 120
const WARM_UP_PAIRS = 10
/** How many are made ready beforehand, which costs the machine less than to make each anew; more than one round takes. */
const READY = { signIns: 4_000, checks: 20_000 }

/** How who is measured is asked. */
const apis = {
	gatehouse: {
		signIn: "/login",
		body: (name) => ({ username: name, password: PASSWORD }),
		check: "/account",
		token: tokenOf,
	},
	"better-auth": {
		signIn: "/api/auth/sign-in/email",
		body: (name) => ({ email: `${name}@example.org`, password: PASSWORD }),
		check: "/api/auth/get-session",
		token: signedTokenOf,
	},
}

/** What may not tell whether there is an account: what is asked, and how it is answered for both. */
const questions = {
	"/login": { status: 401, body: (name) => ({ username: name, password: "not the password of anybody" }) },
	"/register": {
		status: 201,
		body: (name, which) => ({
			username: `new-${which}-${name}`,
			email: `${name}@example.org`,
			password: PASSWORD,
			confirm_password: PASSWORD,
		}),
	},
	"/verify/resend": { status: 202, body: (name) => ({ email: `${name}@example.org` }) },
	"/forgot-password": { status: 202, body: (name) => ({ email: `${name}@example.org` }) },
}
export const QUIET_PATHS = Object.keys(questions)

if (process.send) {
	const [name, ...parameters] = process.argv.slice(2)
	const parts = {
		"warm-up": warmUp,
		hashes,
		threads,
		"sign-ins": signIns,
		checks,
		flood,
		stranger,
		probe,
		overload,
		visitors,
		requests,
		mixed,
		pairs,
	}
	process.send(await parts[name](...parameters))
	process.disconnect()
}

/** Until the compiler has seen the way often enough: sign-ins that cost next to no hash, then what is measured. */
async function warmUp(url) {
	const { default: autocannon } = await import("autocannon")
	await signIns(url, CONNECTIONS, 10, PEOPLE, "quick")
	for (const path of ["/login", "/healthz"])
		await autocannon({ url: url + path, connections: 2, duration: 3 })
	return signIns(url, CONNECTIONS, 6)
}

/** argon2 alone, by the calls that the server would make without threads of its own: one per processor at once. */
async function hashes(seconds) {
	const { hash, verify } = await import("@node-rs/argon2")
	const known = await hash(PASSWORD, ARGON2)
	const end = performance.now() + Number(seconds) * 1000
	let count = 0
	const started = performance.now()
	const worker = async () => {
		while (performance.now() < end) {
			await verify(known, PASSWORD)
			count++
		}
	}
	await Promise.all(Array.from({ length: availableParallelism() }, worker))
	return { perSecond: count / ((performance.now() - started) / 1000) }
}

/** What the machine can do at most: a thread per processor that does nothing but hash. */
async function threads(seconds) {
	const { hash } = await import("@node-rs/argon2")
	const workerData = { known: await hash(PASSWORD, ARGON2), password: PASSWORD, seconds: Number(seconds) }
	const counts = Array.from(
		{ length: availableParallelism() },
		() =>
			new Promise((resolve, reject) => {
				const thread = new Worker(new URL("thread.mjs", import.meta.url), { workerData })
				thread.once("message", resolve)
				thread.once("error", reject)
			}),
	)
	return { perSecond: (await Promise.all(counts)).reduce((sum, each) => sum + each, 0) }
}

/** @returns what `autocannon` tells, after requests that were made ready: each connection sends others */
async function fire(url, connections, seconds, requests) {
	const { default: autocannon } = await import("autocannon")
	const share = Math.floor(requests.length / connections)
	let clients = 0
	return autocannon({
		url,
		connections: Number(connections),
		duration: Number(seconds),
		timeout: 60,
		requests: requests.slice(0, 1),
		setupClient: (client) => client.setRequests(requests.slice(clients * share, ++clients * share)),
	})
}

/** Everybody has a name and a client address of their own, as on a good day. Who signs in is drawn anew each time. */
async function signIns(url, connections, seconds, people = PEOPLE, who = "person", api = "gatehouse") {
	const { signIn, body } = apis[api]
	const requests = draw(READY.signIns, people, (index) => ({
		method: "POST",
		path: signIn,
		headers: { "Content-Type": "application/json", "X-Forwarded-For": addressOf(index) },
		body: JSON.stringify(body(`${who}${index}`)),
	}))
	const before = processorTimes()
	const result = await fire(url, connections, seconds, requests)
	const failed = result.non2xx + result.errors
	return { perSecond: result["2xx"] / result.duration, failed, idlePercent: idlePercentSince(before) }
}

/** Who is signed in with the cookie that is sent; each is drawn by chance. @returns how many answers a second */
async function checks(url, seconds, people, cookieName, api = "gatehouse") {
	const { check, token } = apis[api]
	const requests = draw(READY.checks, people, (index) => ({
		path: check,
		headers: { accept: "application/json", cookie: `${cookieName}=${token(index)}` },
	}))
	const answer = await fetch(url + check, requests[0])
	if (!(await answer.text()).includes('"person')) throw new Error(`${url} does not know who is signed in`)
	return perSecond(await fire(url, CONNECTIONS, seconds, requests))
}

function draw(amount, people, requestOf) {
	return Array.from({ length: amount }, () => requestOf(Math.floor(Math.random() * people)))
}

/** One network sends all that it can, with right passwords, which no limit counts. Most of it is told to come later. */
async function flood(url, connections) {
	const requests = Array.from({ length: PEOPLE - STRANGERS }, (_, index) => ({
		method: "POST",
		path: "/login",
		headers: { "Content-Type": "application/json", "X-Forwarded-For": "10.2.0.1" },
		body: JSON.stringify({ username: `person${STRANGERS + index}`, password: PASSWORD }),
	}))
	await fire(url, connections, 120, requests)
}

/** Somebody else signs in, from somewhere else each time. @returns the median, in ms, and how often it failed */
async function stranger(url) {
	const times = []
	let failed = 0
	for (let index = 0; index < STRANGERS; index++) {
		const started = performance.now()
		const answer = await fetch(`${url}/login`, {
			method: "POST",
			headers: { "Content-Type": "application/json", "X-Forwarded-For": `10.3.${index}.1` },
			body: JSON.stringify({ username: `person${index}`, password: PASSWORD }),
		})
		await answer.text()
		if (!answer.ok) failed++
		times.push(performance.now() - started)
		await new Promise((resolve) => setTimeout(resolve, 20))
	}
	return { median: percentile(times, 0.5), failed }
}

/** One request after the other, with pauses: what a visitor meets. @returns the p99 of each path, in ms */
async function probe(url, ...paths) {
	const times = Object.fromEntries(paths.map((path) => [path, []]))
	for (let index = 0; index < PROBES * paths.length; index++) {
		const path = paths[index % paths.length]
		const started = performance.now()
		await (await fetch(url + path)).text()
		times[path].push(performance.now() - started)
		await new Promise((resolve) => setTimeout(resolve, 10))
	}
	return Object.fromEntries(paths.map((path) => [path, percentile(times[path], 0.99)]))
}

/** @returns how many answers a second */
async function requests(url, seconds, headers) {
	const { default: autocannon } = await import("autocannon")
	const result = await autocannon({
		url,
		connections: CONNECTIONS,
		duration: Number(seconds),
		headers: JSON.parse(headers),
	})
	return perSecond(result)
}

function perSecond(result) {
	if (result.non2xx + result.errors > 0) throw new Error(`${result.non2xx + result.errors} requests failed`)
	return result["2xx"] / result.duration
}

/** @returns how many answers there were */
async function mixed(url, amount, cookie) {
	const { default: autocannon } = await import("autocannon")
	const page = { accept: "text/html" }
	const program = { accept: "application/json" }
	const wrong = {
		method: "POST",
		path: "/login",
		headers: { ...program, "content-type": "application/json" },
	}
	const result = await autocannon({
		url,
		connections: CONNECTIONS,
		amount: Number(amount),
		requests: [
			{ path: "/login", headers: page },
			{ path: "/register", headers: page },
			{ path: "/account", headers: { ...page, cookie } },
			{ path: "/account", headers: { ...program, cookie } },
			{ path: "/nowhere", headers: page },
			{ ...wrong, body: JSON.stringify({ username: "" }) },
		],
	})
	return result.requests.total
}

/**
 * The same question about an account that is there and about one that is not, in turn, the first of a pair by chance.
 * Everybody asks from a network of their own, and with a pause after which nothing of the answer before is under way.
 *
 * @returns the medians of both, in ms
 */
async function pairs(url, path) {
	const question = questions[path]
	const times = { known: [], unknown: [] }
	for (let index = 0; index < PAIRS + WARM_UP_PAIRS; index++) {
		const order = Math.random() < 0.5 ? ["known", "unknown"] : ["unknown", "known"]
		for (const which of order) {
			const name = `${which === "known" ? "person" : "nobody"}${index}`
			const network = `10.${10 + 2 * QUIET_PATHS.indexOf(path) + Number(which === "known")}.${index}.1`
			const headers = { "Content-Type": "application/json", "X-Forwarded-For": network }
			const body = JSON.stringify(question.body(name, which))
			const started = performance.now()
			const answer = await fetch(url + path, { method: "POST", headers, body })
			await answer.text()
			const time = performance.now() - started
			if (answer.status !== question.status) throw new Error(`${path} answered with ${answer.status}`)
			if (index >= WARM_UP_PAIRS) times[which].push(time)
			await new Promise((resolve) => setTimeout(resolve, 100))
		}
	}
	return { known: percentile(times.known, 0.5), unknown: percentile(times.unknown, 0.5) }
}

/** What the system's scheduler left unused, although somebody always waited. */
function idlePercentSince(before) {
	const after = processorTimes()
	return Math.round((100 * (after.idle - before.idle)) / (after.all - before.all))
}

function processorTimes() {
	const times = cpus().map((cpu) => cpu.times)
	const sum = (numbers) => numbers.reduce((total, number) => total + number, 0)
	return { idle: sum(times.map(({ idle }) => idle)), all: sum(times.flatMap((time) => Object.values(time))) }
}
