import { accessSync, existsSync } from "node:fs"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

/** How much garbage may come on top of what is in use before it is collected, in per cent. */
const MAX_GARBAGE_PERCENT = 30
/** Until then, the first pages would wait for it. */
const KEEP_SMALL_AFTER_MS = 2_000

/** Starts the server that `npm run build` made. */
process.env.NODE_ENV ||= "production"
// A database holds everybody's password hashes: what is made here is for its owner only.
process.umask(0o077)
if (existsSync(".env")) loadSettings()
checkBuild()

let server
let stopping = false
// From the beginning on: in a container, the first process is not ended by a signal that it does not listen to.
for (const signal of ["SIGTERM", "SIGINT"])
	process.on(signal, async () => {
		// A second signal means now; before it listens, so does the first.
		if (stopping || !server) process.exit(stopping ? 1 : 0)
		stopping = true
		await server.stop()
		process.exit(0)
	})

try {
	const { start } = await import("../build/server/index.js")
	server = await start()
	await server.ready
	setTimeout(keepHeapSmall, KEEP_SMALL_AFTER_MS).unref()
} catch (error) {
	if (error?.code === "EADDRINUSE") fail(`PORT ${error.port} is taken by another program.`)
	if (error?.code === "ERR_MODULE_NOT_FOUND")
		fail("a package is missing: run `npm ci --prefix build`, or in a clone `npm ci`.")
	if (error?.name !== "StartError") throw error
	fail(error.message)
}

/** By itself, Node lets old garbage grow to 256 MB before it first looks, and then to several times what is in use. */
function keepHeapSmall() {
	setFlagsFromString(`--heap-growing-percent=${MAX_GARBAGE_PERCENT}`)
	// From its first collection on, a process goes by what is in use.
	setFlagsFromString("--expose-gc")
	runInNewContext("gc")()
	setFlagsFromString("--no-expose-gc")
}

function checkBuild() {
	try {
		accessSync("build/server/index.js")
	} catch ({ code }) {
		if (code === "ENOENT")
			fail("there is no build in this folder: run `npm run build` first, or start it where it is installed.")
		fail(`the user that it runs as may not read build/ (${code}).`)
	}
}

function loadSettings() {
	try {
		process.loadEnvFile(".env")
	} catch {
		fail("the user that it runs as may not read .env.")
	}
}

function fail(sentence) {
	console.error(`\u2717 The server does not start: ${sentence}`)
	process.exit(1)
}
