import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs"
import { build, say, setup } from "./setup.mjs"

/** Everything, from a bare clone: packages, build, browser; then unit, wire and browser tests. */
const RESULTS = "e2e/results"

setup()
build()
const { findBrowser } = await import("./browser.mjs")
const browser = await findBrowser()
rmSync(RESULTS, { recursive: true, force: true })
mkdirSync(RESULTS, { recursive: true })

say("Unit and wire tests (Vitest) …")
const vitest = node(
	"node_modules/vitest/vitest.mjs",
	"run",
	"--reporter=default",
	"--reporter=json",
	`--outputFile=${RESULTS}/vitest.json`,
)
say("Browser tests (Playwright) …")
const playwright = node("node_modules/@playwright/test/cli.js", "test", "--config=e2e/playwright.config.ts")

const counts = [vitestCounts(), playwrightCounts()]
const passed = counts.reduce((sum, count) => sum + count.passed, 0)
const failed = counts.reduce((sum, count) => sum + count.failed, 0)
if (failed === 0 && vitest + playwright > 0)
	console.error("\u2717 A test runner failed; its output is above.")
console.log(`\n${passed} passed, ${failed} failed`)
process.exit(failed === 0 && passed > 0 && vitest === 0 && playwright === 0 ? 0 : 1)

function node(...parameters) {
	const env = { ...process.env, ...(browser && { CHROMIUM_PATH: browser }) }
	return spawnSync(process.execPath, parameters, { env, stdio: ["ignore", "inherit", "inherit"] }).status ?? 1
}

function vitestCounts() {
	const report = readReport("vitest.json")
	return {
		passed: report?.numPassedTests ?? 0,
		failed: report ? report.numFailedTests + report.numPendingTests : 1,
	}
}

function playwrightCounts() {
	const stats = readReport("report.json")?.stats
	return { passed: stats?.expected ?? 0, failed: stats ? stats.unexpected + stats.flaky : 1 }
}

function readReport(name) {
	const file = `${RESULTS}/${name}`
	return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined
}
