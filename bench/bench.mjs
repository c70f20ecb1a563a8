import { randomUUID } from "node:crypto"
import { availableParallelism, cpus, totalmem } from "node:os"
import { say, setup } from "../bin/setup.mjs"
import { CONNECTIONS, PASSWORD, PEOPLE, PROBES, percentile, QUIET_PATHS } from "./load.mjs"
import { part } from "./part.mjs"
import { comparePages, compareSessionChecks, measureMemory } from "./peers.mjs"
import { startBuiltServer } from "./server.mjs"

/**
 * Measures the built server against what the machine can do, in one run, and prints ratios: absolute numbers differ
 * from machine to machine and from minute to minute.
 */
const ROUNDS = 5
const SECONDS = 6
const WAITING = 200

/** What must hold. */
const MIN_THROUGHPUT_RATIO = 0.85
const MAX_LATENCY_RATIO = 10
const MAX_FAIRNESS_RATIO = 3
const MAX_TELLING_RATIO = 1.1

const parts = {
	"sign-ins": measureThroughput,
	latency: measureLatency,
	fairness: measureFairness,
	telling: measureTelling,
	sessions: compareSessionChecks,
	pages: comparePages,
	memory: measureMemory,
}
await main()

async function main() {
	setup()
	const chosen = process.argv.slice(2)
	const unknown = chosen.find((name) => !Object.hasOwn(parts, name))
	if (unknown) {
		console.error(`There is no part "${unknown}". These are: ${Object.keys(parts).join(", ")}.`)
		process.exit(1)
	}
	const gigabytes = Math.round(totalmem() / 2 ** 30)
	say(
		`${availableParallelism()} processors (${cpus()[0]?.model.trim()}), ${gigabytes} GiB, Node ${process.versions.node}`,
	)
	const passed = []
	for (const [name, measure] of Object.entries(parts))
		if (chosen.length === 0 || chosen.includes(name)) passed.push(await withServer(measure))
	console.log(passed.every(Boolean) ? "\u2713 All hold." : "\u2717 Not all within the bounds.")
	process.exitCode = passed.every(Boolean) ? 0 : 1
}

/** Each part has a server of its own, so that it gives the same alone as among the others. */
async function withServer(measure) {
	const server = await startBuiltServer({
		env: { NODE_ENV: "production", LOG_LEVEL: "info" },
		output: "ignore",
	})
	try {
		await addPeople(server.databaseFile)
		return await measure(server)
	} finally {
		await server.stop()
	}
}

async function measureThroughput({ url }) {
	await part("warm-up", url)
	say(`Sign-ins per second, against argon2 alone, ${ROUNDS} rounds of ${SECONDS} s each in turn …`)
	const ratios = []
	for (let round = 1; round <= ROUNDS; round++) {
		const alone = await part("hashes", String(SECONDS))
		const signIns = await part("sign-ins", url, String(CONNECTIONS), String(SECONDS))
		if (signIns.failed > 0) throw new Error(`${signIns.failed} sign-ins failed`)
		ratios.push(signIns.perSecond / alone.perSecond)
		const numbers = `${signIns.perSecond.toFixed(1)} sign-ins, ${alone.perSecond.toFixed(1)} hashes`
		console.log(`  ${round}: ${numbers} (processors idle for ${signIns.idlePercent} % of the sign-ins)`)
	}
	const ratio = median(ratios)
	console.log(`  throughput ratio (median): ${ratio.toFixed(2)}   (at least ${MIN_THROUGHPUT_RATIO})`)
	return ratio >= MIN_THROUGHPUT_RATIO
}

async function measureLatency({ url }) {
	await part("warm-up", url)
	say(`p99 of ${PROBES} requests, idle and while ${WAITING} sign-ins wait …`)
	const paths = ["/login", "/healthz"]
	const idle = await part("probe", url, ...paths)
	const load = part("sign-ins", url, String(WAITING), "60")
	await new Promise((resolve) => setTimeout(resolve, 3000))
	const busy = await part("probe", url, ...paths)
	load.stop()
	let largest = 0
	for (const path of paths) {
		const ratio = busy[path] / idle[path]
		largest = Math.max(largest, ratio)
		const numbers = `${idle[path].toFixed(1)} ms idle, ${busy[path].toFixed(1)} ms busy`
		console.log(`  ${path.padEnd(9)} ${numbers}, ratio ${ratio.toFixed(1)}   (below ${MAX_LATENCY_RATIO})`)
	}
	return largest < MAX_LATENCY_RATIO
}

async function measureFairness({ url }) {
	await part("warm-up", url)
	say(`A stranger's sign-in, idle and while one network keeps ${WAITING} under way …`)
	const idle = await part("stranger", url)
	const load = part("flood", url, String(WAITING))
	await new Promise((resolve) => setTimeout(resolve, 3000))
	const busy = await part("stranger", url)
	load.stop()
	if (busy.failed > 0) throw new Error(`${busy.failed} of a stranger's sign-ins failed`)
	const ratio = busy.median / idle.median
	const numbers = `${idle.median.toFixed(1)} ms idle, ${busy.median.toFixed(1)} ms busy`
	console.log(`  median    ${numbers}, ratio ${ratio.toFixed(1)}   (at most ${MAX_FAIRNESS_RATIO})`)
	return ratio <= MAX_FAIRNESS_RATIO
}

/** Whether the time of an answer tells who has an account. */
async function measureTelling({ url }) {
	await part("warm-up", url)
	say("Answers about accounts that are there and about others, in turn …")
	let largest = 1
	for (const path of QUIET_PATHS) {
		const { known, unknown } = await part("pairs", url, path)
		const ratio = Math.max(known, unknown) / Math.min(known, unknown)
		largest = Math.max(largest, ratio)
		const numbers = `${known.toFixed(2)} ms known, ${unknown.toFixed(2)} ms unknown`
		console.log(`  ${path.padEnd(16)} ${numbers}, ratio ${ratio.toFixed(2)}   (at most ${MAX_TELLING_RATIO})`)
	}
	return largest <= MAX_TELLING_RATIO
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

function median(numbers) {
	return percentile(numbers, 0.5)
}
