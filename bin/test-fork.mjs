import { spawn } from "node:child_process"
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { copyProject } from "../e2e/support/copy.mjs"
import { followFieldsGuide } from "../e2e/support/fields-guide.mjs"
import { say, setup } from "./setup.mjs"

/**
 * The suite has to survive a fork's policy: this changes a copy as a fork would, runs the tests there, and checks
 * types.
 *
 * `npm run test:fork`: each change alone. `npm run test:fork -- name field`: these, together; `all` for all that go
 * together. What follows and begins with `--`, or is no change, goes to `npm test`, as in `-- field --project=js
 * login`.
 */
const changes = {
	name: () => edit("app/auth.config.ts", /appName = ".*"/, `appName = "The Porter's Lodge"`),
	cookie: () => edit("app/auth.config.ts", /cookieName: ".*"/, `cookieName: "porter_session"`),
	password: () => edit("app/auth.config.ts", /minCodePoints: \d+/, "minCodePoints: 24"),
	/** As `docs/verification.md` says. */
	verification() {
		edit("app/auth.config.ts", /(verification: \{[^}]*?enabled: )true/, "$1false")
		edit("app/auth.config.ts", /signIn: false/, "signIn: true")
	},
	field: () => followFieldsGuide(folder),
}

const words = process.argv.slice(2)
const chosen = words.includes("all") ? Object.keys(changes) : words.filter((word) => word in changes)
const rest = words.filter((word) => !(word in changes) && word !== "all")

setup()
let folder
let child
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => child?.kill(signal))
process.on("exit", removeCopy)

const runs = chosen.length > 0 ? [chosen] : Object.keys(changes).map((name) => [name])
const red = []
for (const names of runs) {
	const status = await testFork(names)
	if (status >= 128) process.exit(status)
	if (status !== 0) red.push(names)
}
for (const names of red) console.error(`\u2717 ${names.join(", ")}`)
if (red.length === 0) console.log("\u2713 The tests pass in every fork.")
process.exit(red.length === 0 ? 0 : 1)

async function testFork(names) {
	say(`A fork that changes: ${names.join(", ")}…`)
	folder = copyProject()
	for (const name of names) changes[name]()
	const tested = await run("bin/test.mjs", ...rest)
	if (tested >= 128) return tested
	say("Checking types…")
	const typed = await run("node_modules/typescript/bin/tsc", "--noEmit")
	removeCopy()
	return tested || typed
}

/** In the copy. @returns its exit code */
function run(script, ...parameters) {
	const all = ["--import", "./e2e/support/end-with-parent.mjs", script, ...parameters]
	child = spawn(process.execPath, all, { cwd: folder, stdio: "inherit" })
	return new Promise((resolve) => child.once("exit", (code) => resolve(code ?? 1)))
}

function edit(file, pattern, replacement) {
	const path = join(folder, file)
	const before = readFileSync(path, "utf8")
	const after = before.replace(pattern, replacement)
	if (after === before) throw new Error(`${file} holds nothing like ${pattern}: mend bin/test-fork.mjs.`)
	writeFileSync(path, after)
}

function removeCopy() {
	if (folder) rmSync(folder, { recursive: true, force: true })
	folder = undefined
}
