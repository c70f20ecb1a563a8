import { setTimeout as pause } from "node:timers/promises"
import { say } from "../bin/setup.mjs"
import { atLeast, below, inTurn, ratioOf } from "./lines.mjs"
import { CONNECTIONS, PROBES, QUIET_PATHS } from "./load.mjs"
import { part } from "./part.mjs"
import { withServer } from "./with-server.mjs"

const ROUNDS = 5
const SECONDS = 6
const WAITING = 200
/** No more than a slow machine lets wait: what it refuses, the client would send again at once. */
const WAITING_LET_IN = 100
/** Until as many are under way as are meant to be. */
const LOADING_MS = 3_000

export function measureSignIns() {
	return withServer({}, async ({ url }) => {
		await part("warm-up", url)
		say(`Sign-ins per second, against argon2 alone, ${ROUNDS} rounds of ${SECONDS} s each in turn …`)
		const results = await inTurn(ROUNDS, {
			"argon2's asynchronous call": async () => (await part("hashes", SECONDS)).perSecond,
			"argon2 in bare threads": async () => (await part("threads", SECONDS)).perSecond,
			"sign-ins": () => signInsPerSecond(url, SECONDS),
		})
		const against = (other) => ratioOf(results, "sign-ins", other)
		return [
			atLeast(
				0.95,
				"sign-ins a second, of argon2's asynchronous call",
				...against("argon2's asynchronous call"),
			),
			atLeast(0.9, "sign-ins a second, of argon2 in bare threads", ...against("argon2 in bare threads")),
		]
	})
}

export async function signInsPerSecond(url, seconds, ...options) {
	const { perSecond, failed } = await part("sign-ins", url, CONNECTIONS, seconds, ...options)
	if (failed > 0) throw new Error(`${failed} sign-ins failed`)
	return perSecond
}

export function measureLatency() {
	return withServer({}, async ({ url }) => {
		await part("warm-up", url)
		say(`p99 of ${PROBES} requests, idle and while ${WAITING_LET_IN} sign-ins wait …`)
		const paths = ["/login", "/healthz"]
		const idle = await part("probe", url, ...paths)
		const load = part("sign-ins", url, WAITING_LET_IN, 60)
		await pause(LOADING_MS)
		const busy = await part("probe", url, ...paths)
		load.stop()
		return paths.map((path) =>
			below(
				10,
				`p99 of ${path} while ${WAITING_LET_IN} sign-ins wait, of idle`,
				busy[path] / idle[path],
				inMs(idle[path], busy[path]),
			),
		)
	})
}

export function measureFairness() {
	return withServer({}, async ({ url }) => {
		await part("warm-up", url)
		say(`A stranger's sign-in, idle and while one network keeps ${WAITING} under way …`)
		const idle = await part("stranger", url)
		const load = part("flood", url, WAITING)
		await pause(LOADING_MS)
		const busy = await part("stranger", url)
		load.stop()
		if (busy.failed > 0) throw new Error(`${busy.failed} of a stranger's sign-ins failed`)
		const what = `a stranger's sign-in while one network keeps ${WAITING} under way, of idle`
		return [below(3, what, busy.median / idle.median, inMs(idle.median, busy.median))]
	})
}

/** Whether the time of an answer tells who has an account. */
export function measureTelling() {
	return withServer({}, async ({ url }) => {
		await part("warm-up", url)
		say("Answers about accounts that are there and about others, in turn …")
		const lines = []
		for (const path of QUIET_PATHS) {
			const { known, unknown } = await part("pairs", url, path)
			const ratio = Math.max(known, unknown) / Math.min(known, unknown)
			lines.push(
				below(1.1, `time of ${path}, with an account and without`, ratio, `${inMs(known, unknown)} without`),
			)
		}
		return lines
	})
}

function inMs(one, other) {
	return `${one.toFixed(1)} ms, ${other.toFixed(1)} ms`
}
