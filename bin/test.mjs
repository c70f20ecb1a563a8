import "../e2e/support/temporary-folder.mjs"
import { spawn } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { relative } from "node:path"
import freshBuild from "./fresh-build.mjs"
import { say } from "./setup.mjs"

/**
 * `npm test`: everything, from a bare clone: packages, build, browser; then unit, wire and browser tests.
 * `npm test -- login verify`: the files whose path holds one of these words.
 * `npm test -- --project=js`: of the browser tests, only those with JavaScript on.
 * `npm test -- --no-postgres`: wire tests on SQLite only.
 * `npm run test:system`: several nodes behind a balancer, with PostgreSQL and Redis; these are no part of the others.
 *
 * With CI set, a test that fails gets a second try; which ones needed it is said at the end.
 */
/** Elsewhere for a run that a test starts, which would remove those of the run that the test is part of. */
const RESULTS = process.env.TEST_RESULTS || "e2e/results"
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }

/** Whatever happens to this process, those that it started end with it. */
const END_WITH_PARENT = ["--import", "./e2e/support/end-with-parent.mjs"]
/** Longer than it takes them to see that it has. */
const ENDED_AFTER_MS = 600

/** At once: each uses about one processor. */
const RUNS_AT_ONCE = 2
/** Wire tests on SQLite run in so many parts, so that both have something to do until the end. */
const PARTS = 4

const OWN_OPTIONS = ["--system", "--no-postgres"]

const isSystem = process.argv.includes("--system")
const options = process.argv.slice(2).filter((word) => word.startsWith("--") && !OWN_OPTIONS.includes(word))
const words = process.argv.slice(2).filter((word) => !word.startsWith("--"))
const folders = isSystem ? ["e2e/system"] : ["app", "e2e"]
const files = folders
	.flatMap(filesIn)
	.filter(
		(file) =>
			file.startsWith("e2e/system/") === isSystem &&
			(words.length === 0 || words.some((word) => file.includes(word))),
	)
const tests = files.filter((file) => /\.test\.tsx?$/.test(file))
const specs = files.filter((file) => file.endsWith(".spec.ts"))

const children = new Set()
let isStopping = false
for (const [signal, code] of Object.entries(SIGNALS)) process.once(signal, () => stop(signal, code))

await main()

async function main() {
	if (tests.length + specs.length === 0) {
		console.error(`\u2717 No test file has ${words.join(" or ")} in its path.`)
		process.exit(1)
	}
	freshBuild()
	const { findBrowser } = await import("./browser.mjs")
	const browser = specs.length > 0 ? await findBrowser() : undefined
	rmSync(RESULTS, { recursive: true, force: true })
	mkdirSync(RESULTS, { recursive: true })

	const counts = []
	if (tests.length > 0) counts.push(await runVitest())
	if (specs.length > 0) counts.push(await runPlaywright(browser))
	const sum = (name) => counts.reduce((total, count) => total + count[name], 0)
	const faults = [...namesOf("failed"), ...errorsOutsideTests()]
	if (sum("failed") > 0 && faults.length === 0)
		faults.push("A runner failed, though no test did: see its words above.")
	for (const fault of faults) console.log(`\u2717 ${fault}`)
	for (const name of namesOf("flaky")) console.log(`\u25b8 Passed at its second try: ${name}`)
	if (sum("skipped") > 0)
		console.log(`\n(${sum("skipped")} left out: they are about what this configuration turns off)`)
	console.log(`${sum("passed")} passed, ${sum("failed")} failed`)
	process.exit(sum("failed") === 0 && sum("passed") > 0 ? 0 : 1)
}

/** Long logs hide what failed in their middle: the names of tests with this outcome, once more. */
function namesOf(outcome) {
	return [...outcomesOfVitest(), ...outcomesOfPlaywright()]
		.filter((test) => test.outcome === outcome)
		.map((test) => test.name)
}

function errorsOutsideTests() {
	return reportsCalled("errors-").flat()
}

function reportsCalled(prefix) {
	return readdirSync(RESULTS)
		.filter((name) => name.startsWith(prefix))
		.map(readReport)
}

function outcomesOfVitest() {
	const files = reportsCalled("vitest-").flatMap(({ testResults = [] }) => testResults)
	return files.flatMap(({ name: file, assertionResults }) =>
		assertionResults.map(({ fullName, status, failureMessages }) => ({
			name: `${relative(".", file)} \u203a ${fullName}`,
			outcome: status === "passed" && failureMessages.length > 0 ? "flaky" : status,
		})),
	)
}

function outcomesOfPlaywright() {
	const specsIn = (suite) => [...(suite.specs ?? []), ...(suite.suites ?? []).flatMap(specsIn)]
	return specsIn(readReport("report.json")).flatMap(({ file, title, tests }) =>
		tests.map(({ projectName, status }) => ({
			name: `e2e/${file} \u203a ${title} (${projectName})`,
			outcome: status === "unexpected" ? "failed" : status,
		})),
	)
}

async function runVitest() {
	say(isSystem ? "System tests (Vitest)…" : "Unit and wire tests (Vitest)…")
	const runs = vitestRuns()
	const counts = []
	const runNext = async () => {
		for (let next = runs.shift(); next; next = runs.shift()) counts.push(await runVitestProject(next))
	}
	await Promise.all(Array.from({ length: RUNS_AT_ONCE }, runNext))
	const sum = (name) => counts.reduce((total, count) => total + count[name], 0)
	return { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") }
}

/** The longest first. */
function vitestRuns() {
	if (isSystem) return [{ name: "system", project: "system", files: words.length ? tests : [] }]
	const unit = tests.filter((file) => file.startsWith("app/"))
	const wire = tests.filter((file) => file.startsWith("e2e/wire/"))
	const parts = Array.from({ length: PARTS }, (_, part) => ({
		name: `wire-${part + 1}`,
		project: "wire",
		files: wire.filter((_, index) => index % PARTS === part),
	}))
	const isOnPostgres = existsSync("app/db/postgres") && !process.argv.includes("--no-postgres")
	return [
		...(isOnPostgres ? [{ name: "wire-postgres", project: "wire-postgres", files: wire }] : []),
		{ name: "unit", project: "unit", files: unit },
		...parts,
	].filter(({ files }) => files.length > 0)
}

async function runVitestProject({ name, project, files }) {
	const report = `vitest-${name}.json`
	const status = await run("node_modules/vitest/vitest.mjs", [
		"run",
		"--passWithNoTests",
		`--project=${project}`,
		"--reporter=default",
		"--reporter=json",
		"--reporter=./e2e/support/errors-reporter.mjs",
		`--outputFile=${RESULTS}/${report}`,
		...files,
	])
	const { numPassedTests = 0, numFailedTests = 0, numPendingTests = 0, numTodoTests = 0 } = readReport(report)
	return count(status, numPassedTests, numFailedTests, numPendingTests + numTodoTests)
}

async function runPlaywright(browser) {
	say("Browser tests (Playwright)…")
	const parameters = ["test", ...options, ...(words.length ? specs : [])]
	const status = await run("node_modules/@playwright/test/cli.js", parameters, browser)
	const { expected = 0, unexpected = 0, flaky = 0, skipped = 0 } = readReport("report.json").stats ?? {}
	return count(status, expected + flaky, unexpected, skipped)
}

/** A runner that fails without a failed test, such as one whose server did not start, is a failure too. */
function count(status, passed, failed, skipped) {
	return { passed, failed: status === 0 ? failed : Math.max(failed, 1), skipped }
}

function run(script, parameters, browser) {
	const env = { ...process.env, ...(browser && { CHROMIUM_PATH: browser }) }
	const stdio = ["ignore", "inherit", "inherit"]
	const child = spawn(process.execPath, [...END_WITH_PARENT, script, ...parameters], { env, stdio })
	children.add(child)
	return new Promise((resolve) =>
		child.once("exit", (code) => {
			children.delete(child)
			// Then nothing is left to be said.
			if (!isStopping) resolve(code ?? 1)
		}),
	)
}

/** Not at once: what the children started would put something into the folder that was removed. */
function stop(signal, code) {
	isStopping = true
	const exitWithLast = () => children.size === 0 && setTimeout(() => process.exit(code), ENDED_AFTER_MS)
	for (const child of children) {
		child.once("exit", exitWithLast)
		child.kill(signal)
	}
	exitWithLast()
}

function readReport(name) {
	const file = `${RESULTS}/${name}`
	return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {}
}

function filesIn(folder) {
	return readdirSync(folder, { recursive: true }).map((file) => `${folder}/${file.replaceAll("\\", "/")}`)
}
