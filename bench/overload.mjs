import { say } from "../bin/setup.mjs"
import { megabytes } from "./footprint.mjs"
import { below, percentile } from "./lines.mjs"
import { part } from "./part.mjs"
import { signInsPerSecond } from "./sign-ins.mjs"
import { withServer } from "./with-server.mjs"

const TIMES = 4
const SECONDS = 15
const CAPACITY_SECONDS = 6
const PROBES_PER_SECOND = 10

/** Four times the right sign-ins that the machine can hash, whether or not they are answered, each from elsewhere. */
export function measureOverload() {
	return withServer({}, async ({ url, pid }) => {
		await part("warm-up", url)
		const capacity = await signInsPerSecond(url, CAPACITY_SECONDS)
		const rate = TIMES * capacity
		say(`${rate.toFixed(0)} sign-ins a second for ${SECONDS} s, ${TIMES} times what is hashed …`)
		const before = megabytes(pid)
		const load = part("overload", url, rate, SECONDS)
		const pages = part("visitors", url, PROBES_PER_SECOND, SECONDS)
		const { accepted, refused, recoveredAfter } = await load
		const { login, healthz } = await pages
		const share = `${refused.length} of ${accepted.length + refused.length} are refused`
		return [
			below(
				2_000,
				`p95 of sign-ins that are let in at ${TIMES} times the load, in ms`,
				at95(accepted),
				medianOf(accepted),
			),
			below(100, "p95 of refusals meanwhile, in ms", at95(refused), `${medianOf(refused)}; ${share}`),
			below(250, "p95 of /login meanwhile, in ms", at95(login), medianOf(login)),
			below(250, "p95 of /healthz meanwhile, in ms", at95(healthz), medianOf(healthz)),
			below(100, "MB more resident afterwards", megabytes(pid) - before, `${before} MB before`),
			below(5, "s until a sign-in takes no longer than two idle ones", recoveredAfter / 1000),
		]
	})
}

function at95(times) {
	return percentile(times, 0.95)
}

function medianOf(times) {
	return `median ${percentile(times, 0.5).toFixed(0)}`
}
