import { spawnSync } from "node:child_process"
import { say, setup } from "./setup.mjs"

/**
 * What must hold before a commit: format, lint, types, layering, no unused export. Runs all of it, then says which
 * failed.
 */
const checks = [
	["format and lint", "biome", ["check", "--error-on-warnings", "."]],
	["types", "tsc", ["--noEmit"]],
	["layering and cycles", "depcruise", ["--config", ".dependency-cruiser.cjs", "app", "server.ts"]],
	["unused files, exports and packages", "knip", []],
]

setup()
const failed = checks.filter(([name, command, parameters]) => {
	say(`Checking ${name}…`)
	return spawnSync(`node_modules/.bin/${command}`, parameters, { stdio: "inherit" }).status !== 0
})
for (const [name] of failed) console.error(`\u2717 ${name}`)
if (failed.length === 0) console.log("\u2713 Everything holds.")
process.exit(failed.length === 0 ? 0 : 1)
