import { writeFileSync } from "node:fs"
import { availableParallelism, cpus, totalmem } from "node:os"
import freshBuild from "../bin/fresh-build.mjs"
import { installPackages, say } from "../bin/setup.mjs"

/**
 * Measures the built server against what the machine can do, in one run, as ratios: absolute numbers differ from machine
 * to machine and from minute to minute. `docs/performance.md` says what the lines mean.
 *
 * `npm run bench`: everything. `npm run bench -- sign-ins memory`: these parts.
 */
const RESULTS = "bench/results.json"

freshBuild()
installPackages("bench")
const { table } = await import("./lines.mjs")
const { compareSizes } = await import("./large.mjs")
const { comparePages, compareSessionChecks } = await import("./peers.mjs")
const { measureOverload } = await import("./overload.mjs")
const { measureMemory, measureSizes, measureStart } = await import("./footprint.mjs")
const { measureFairness, measureLatency, measureSignIns, measureTelling } = await import("./sign-ins.mjs")

/** Each starts servers of its own, so that it gives the same alone as among the others. */
const parts = {
	"sign-ins": measureSignIns,
	latency: measureLatency,
	fairness: measureFairness,
	overload: measureOverload,
	telling: measureTelling,
	sessions: compareSessionChecks,
	pages: comparePages,
	large: compareSizes,
	memory: measureMemory,
	start: measureStart,
	size: measureSizes,
}
await main()

async function main() {
	const chosen = process.argv.slice(2)
	const unknown = chosen.find((name) => !Object.hasOwn(parts, name))
	if (unknown) {
		console.error(`There is no part "${unknown}". These are: ${Object.keys(parts).join(", ")}.`)
		process.exit(1)
	}
	const gigabytes = Math.round(totalmem() / 2 ** 30)
	const processors = `${availableParallelism()} processors (${cpus()[0]?.model.trim()})`
	const machine = `${processors}, ${gigabytes} GiB, Node ${process.versions.node}`
	const date = new Date().toISOString()
	say(machine)
	const lines = []
	for (const [name, measure] of Object.entries(parts))
		if (chosen.length === 0 || chosen.includes(name))
			lines.push(...(await measure()).map((line) => ({ part: name, ...line })))
	console.log(`\n${table(lines)}\n`)
	writeFileSync(RESULTS, `${JSON.stringify({ date, machine, lines }, null, "\t")}\n`)
	say(`Written to ${RESULTS}, too.`)
	const missed = lines.filter(({ holds }) => !holds).length
	console.log(missed === 0 ? "\u2713 All hold." : `\u2717 ${missed} of ${lines.length} missed.`)
	process.exitCode = missed === 0 ? 0 : 1
}
