import "./e2e/support/temporary-folder.mjs"
import { defineConfig } from "@playwright/test"
import { findInSystem } from "./bin/browser.mjs"

/** `npm test` has looked for one, and installed it where there was none; workers are told by the environment. */
process.env.CHROMIUM_PATH ||= findInSystem() ?? ""

/**
 * Journeys run with JavaScript on (`js`) and with JavaScript off (`no-js`). A test that makes sense in one of them
 * only carries that project's name as a tag. What programs are answered is tested in `e2e/wire/`.
 */
export default defineConfig({
	testDir: "e2e",
	testMatch: "*.spec.ts",
	outputDir: "e2e/results/files",
	reporter: [["list"], ["json", { outputFile: "e2e/results/report.json" }]],
	globalSetup: "./bin/fresh-build.mjs",
	fullyParallel: true,
	workers: 2,
	forbidOnly: true,
	retries: process.env.CI ? 1 : 0,
	timeout: 60_000,
	expect: { timeout: 10_000 },
	use: {
		// A trace of every test would make them half as slow again; `--trace on` makes one where it is needed.
		screenshot: "only-on-failure",
		launchOptions: {
			executablePath: process.env.CHROMIUM_PATH || undefined,
			args: [
				"--no-sandbox",
				"--disable-gpu",
				"--disable-quic",
				"--no-first-run",
				"--disable-background-networking",
				"--disable-component-update",
				"--disable-sync",
			],
		},
	},
	projects: [
		{ name: "js", grepInvert: /@no-js\b/ },
		{ name: "no-js", grepInvert: /@js\b/, use: { javaScriptEnabled: false } },
	],
})
