import { fork } from "node:child_process"
import { randomUUID } from "node:crypto"
import { availableParallelism, cpus, totalmem } from "node:os"
import { fileURLToPath } from "node:url"
import { startBuiltServer } from "./server.mjs"
import { say, setup } from "./setup.mjs"

/**
 * Measures the built server against what the machine can do, in one run, and prints ratios: absolute numbers differ
 * from machine to machine and from minute to minute.
 */
const ROUNDS = 5
const SECONDS = 6
const PEOPLE = 400
const CONNECTIONS = "16"
const WAITING = 200
const PROBES = 400
const PASSWORD = "a password for the bench"
const HASH_THREADS = 3

/** What must hold. */
const MIN_THROUGHPUT_RATIO = 0.85
const MAX_LATENCY_RATIO = 10

if (process.send) await runPart(process.argv[2], process.argv.slice(3))
else await main()

async function main() {
	setup()
	const gigabytes = Math.round(totalmem() / 2 ** 30)
	say(
		`${availableParallelism()} processors (${cpus()[0]?.model.trim()}), ${gigabytes} GiB, Node ${process.versions.node}`,
	)
	const env = { NODE_ENV: "production", LOG_LEVEL: "info" }
	const server = await startBuiltServer({ env, output: "ignore" })
	try {
		await addPeople(server.databaseFile)
		say("Warming up …")
		await part("warm-up", server.url)
		const throughput = await measureThroughput(server.url)
		const latency = await measureLatency(server.url)
		const passed =
			throughput >= MIN_THROUGHPUT_RATIO && Object.values(latency).every((ratio) => ratio < MAX_LATENCY_RATIO)
		console.log(passed ? "\u2713 Both hold." : "\u2717 Not within the bounds.")
		process.exitCode = passed ? 0 : 1
	} finally {
		server.stop()
	}
}

async function measureThroughput(url) {
	say(`Sign-ins per second, against argon2 alone, ${ROUNDS} rounds of ${SECONDS} s each in turn …`)
	const ratios = []
	for (let round = 1; round <= ROUNDS; round++) {
		const alone = await part("hashes", String(SECONDS))
		const before = processorTimes()
		const signIns = await part("sign-ins", url, CONNECTIONS, String(SECONDS))
		const idle = idleShare(before, processorTimes())
		if (signIns.failed > 0) throw new Error(`${signIns.failed} sign-ins failed`)
		ratios.push(signIns.perSecond / alone.perSecond)
		const numbers = `${signIns.perSecond.toFixed(1)} sign-ins, ${alone.perSecond.toFixed(1)} hashes`
		console.log(`  ${round}: ${numbers} (processors idle for ${idle} % of the sign-ins)`)
	}
	const ratio = median(ratios)
	console.log(`  throughput ratio (median): ${ratio.toFixed(2)}   (at least ${MIN_THROUGHPUT_RATIO})`)
	return ratio
}

async function measureLatency(url) {
	say(`p99 of ${PROBES} requests, idle and while ${WAITING} sign-ins wait …`)
	const paths = ["/login", "/healthz"]
	const idle = await part("probe", url, ...paths)
	const load = part("sign-ins", url, String(WAITING), "60")
	await new Promise((resolve) => setTimeout(resolve, 3000))
	const busy = await part("probe", url, ...paths)
	load.stop()
	const ratios = {}
	for (const path of paths) {
		ratios[path] = busy[path] / idle[path]
		const numbers = `${idle[path].toFixed(1)} ms idle, ${busy[path].toFixed(1)} ms busy`
		console.log(
			`  ${path.padEnd(9)} ${numbers}, ratio ${ratios[path].toFixed(1)}   (below ${MAX_LATENCY_RATIO})`,
		)
	}
	return ratios
}

/** Each part is a process of its own, so that what drives the load and what is measured share only the machine. */
function part(name, ...parameters) {
	const child = fork(fileURLToPath(import.meta.url), [name, ...parameters])
	const result = new Promise((resolve, reject) => {
		child.once("message", resolve)
		child.once("exit", (code) =>
			code ? reject(new Error(`${name} ended with ${code}`)) : resolve(undefined),
		)
	})
	return Object.assign(result, { stop: () => child.kill() })
}

async function runPart(name, parameters) {
	const parts = { "warm-up": warmUp, hashes, "sign-ins": signIns, probe }
	process.send(await parts[name](...parameters))
	process.disconnect()
}

/** Until the compiler has seen the way often enough: sign-ins that cost next to no hash, then what is measured. */
async function warmUp(url) {
	const { default: autocannon } = await import("autocannon")
	await signIns(url, CONNECTIONS, 10, "quick")
	for (const path of ["/login", "/healthz"])
		await autocannon({ url: url + path, connections: 2, duration: 3 })
	return signIns(url, CONNECTIONS, 6)
}

async function hashes(seconds) {
	const { hash, verify } = await import("@node-rs/argon2")
	const known = await hash(PASSWORD, { memoryCost: 19_456, timeCost: 2, parallelism: 1 })
	const end = performance.now() + Number(seconds) * 1000
	let count = 0
	const started = performance.now()
	const worker = async () => {
		while (performance.now() < end) {
			await verify(known, PASSWORD)
			count++
		}
	}
	await Promise.all(Array.from({ length: HASH_THREADS }, worker))
	return { perSecond: count / ((performance.now() - started) / 1000) }
}

/** Everybody has a name and a client address of their own, as on a good day. */
async function signIns(url, connections, seconds, who = "person") {
	const { default: autocannon } = await import("autocannon")
	const requests = Array.from({ length: PEOPLE }, (_, index) => ({
		method: "POST",
		path: "/login",
		headers: { "Content-Type": "application/json", "X-Forwarded-For": `10.1.${index >> 8}.${index & 255}` },
		body: JSON.stringify({ username: `${who}${index}`, password: PASSWORD }),
	}))
	let clients = 0
	const result = await autocannon({
		url,
		connections: Number(connections),
		duration: Number(seconds),
		timeout: 60,
		requests,
		// Each connection begins with somebody else; requests that are ready cost the machine less than ones made anew.
		setupClient(client) {
			const first = (clients++ * Math.floor(PEOPLE / connections)) % PEOPLE
			client.setRequests([...requests.slice(first), ...requests.slice(0, first)])
		},
	})
	const failed = result.non2xx + result.errors
	return { perSecond: result["2xx"] / result.duration, failed }
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

/** Those whose name begins with `quick` have a hash that is checked in no time: for warming up only. */
async function addPeople(databaseFile) {
	const { hash } = await import("@node-rs/argon2")
	const { default: Database } = await import("better-sqlite3")
	const memoryCosts = { person: 19_456, quick: 8 }
	const database = new Database(databaseFile)
	const insert = database.prepare(`INSERT INTO "User"
		(id, username, usernameKey, email, emailKey, passwordHash, emailVerifiedAt, createdAt, updatedAt)
		VALUES (@id, @name, @name, @email, @email, @passwordHash, @now, @now, @now)`)
	const now = new Date().toISOString()
	for (const [who, memoryCost] of Object.entries(memoryCosts)) {
		const passwordHash = await hash(PASSWORD, { memoryCost, timeCost: 2, parallelism: 1 })
		database.transaction(() => {
			for (let index = 0; index < PEOPLE; index++) {
				const name = `${who}${index}`
				insert.run({ id: randomUUID(), name, email: `${name}@example.org`, passwordHash, now })
			}
		})()
	}
	database.close()
}

/** What the system's scheduler left unused, although somebody always waited. */
function idleShare(before, after) {
	return Math.round((100 * (after.idle - before.idle)) / (after.all - before.all))
}

function processorTimes() {
	const times = cpus().map((cpu) => cpu.times)
	const sum = (numbers) => numbers.reduce((total, number) => total + number, 0)
	return { idle: sum(times.map(({ idle }) => idle)), all: sum(times.flatMap((time) => Object.values(time))) }
}

function median(numbers) {
	return percentile(numbers, 0.5)
}

function percentile(numbers, share) {
	const sorted = numbers.toSorted((a, b) => a - b)
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
}
