import "./support/temporary-folder.mjs"
import { defineConfig } from "@playwright/test"

/**
 * Journeys run with JavaScript on (`js`) and with JavaScript off (`no-js`). A test that makes sense in one of them
 * only carries that project's name as a tag. What programs are answered is tested in `wire/`.
 */
export default defineConfig({
	testDir: ".",
	testMatch: "*.spec.ts",
	outputDir: "results/files",
	reporter: [["list"], ["json", { outputFile: "results/report.json" }]],
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
