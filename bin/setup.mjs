import { execFileSync } from "node:child_process"
import { createHash, randomBytes } from "node:crypto"
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { noteBuild } from "./freshness.mjs"

const MIN_NODE = [20, 19]
const SCHEMA = "prisma/schema.prisma"
/** Which schema the database clients were generated from. */
const STAMP = "app/db/generated/.schema"

/**
 * Makes a bare clone ready: packages from the lock file, the database clients.
 * Does only what is missing, and says what it does. Plain JavaScript without packages, as there are none yet.
 */
export function setup() {
	checkNode()
	installPackages(".")
	const schema = hash(SCHEMA, "bin/setup.mjs")
	if (!existsSync("app/db/generated/client.ts") || readIfThere(STAMP) !== schema) {
		say("Generating the database clients…")
		// Prisma finds fault with a folder in which another client's is.
		rmSync("app/db/generated", { recursive: true, force: true })
		generate(SCHEMA)
		if (existsSync("app/db/postgres")) generateForPostgres()
		writeFileSync(STAMP, schema)
	}
}

/** What `folder` needs, from its lock file. */
export function installPackages(folder) {
	if (isInstalled(folder)) return
	say(`Installing packages from ${join(folder, "package-lock.json")} (a few minutes, once)…`)
	const parameters = ["ci", "--prefix", folder, "--no-audit", "--no-fund", "--include=dev"]
	const npm = process.env.npm_execpath
	if (npm) run(process.execPath, [npm, ...parameters])
	else run("npm", parameters)
}

/** Builds what `npm start` runs. */
export function build() {
	say("Building…")
	run("node", ["node_modules/@remix-run/dev/dist/cli.js", "vite:build"], { NODE_ENV: "production" })
	noteBuild()
}

export function say(sentence) {
	console.log(`\u25b8 ${sentence}`)
}

/** Runs a command; its output is shown only when it fails. */
export function run(command, parameters, variables = {}) {
	try {
		const env = { ...process.env, ...variables }
		execFileSync(command, parameters, { env, stdio: ["ignore", "pipe", "pipe"], maxBuffer: 64 * 1024 * 1024 })
	} catch (error) {
		process.stderr.write(`${error.stdout ?? ""}${error.stderr ?? ""}`)
		console.error(`\n\u2717 "${command} ${parameters.join(" ")}" failed; its output is above.`)
		process.exit(1)
	}
}

function checkNode() {
	const [major, minor] = process.versions.node.split(".").map(Number)
	if (major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1])) return
	console.error(`\u2717 Node ${MIN_NODE.join(".")} or newer is needed; this is ${process.versions.node}.`)
	process.exit(1)
}

/** Compares what npm notes in node_modules with the lock file; packages for other platforms may be missing. */
function isInstalled(folder) {
	const note = readIfThere(join(folder, "node_modules/.package-lock.json"))
	const installed = JSON.parse(note ?? '{"packages":{}}').packages
	const { packages } = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8"))
	return Object.entries(packages).every(
		([path, { version, optional, devOptional }]) =>
			path === "" || optional || devOptional || installed[path]?.version === version,
	)
}

/** Prisma's command line looks for an engine that `generate` never runs; any file satisfies it without a download. */
function generate(schema) {
	run("node", ["node_modules/prisma/build/index.js", "generate", "--schema", schema], {
		PRISMA_SCHEMA_ENGINE_BINARY: resolve("package.json"),
		PRISMA_HIDE_UPDATE_MESSAGE: "1",
	})
}

/** A client is for one kind of database, and so is a schema: this one is the same but for that. */
function generateForPostgres() {
	const copy = "app/db/generated/postgres.prisma"
	const schema = readFileSync(SCHEMA, "utf8")
		.replace(/^(\s*provider\s*=\s*)"sqlite"/m, '$1"postgresql"')
		.replace(/^(\s*output\s*=\s*)".*"/m, '$1"./postgres"')
	writeFileSync(copy, schema)
	generate(copy)
}

/** For development only: a server that finds no secret in production must not find one that was made up for it. */
export function makeEnv() {
	if (existsSync(".env")) return
	say("Making .env with a fresh secret…")
	const secret = randomBytes(32).toString("base64url")
	const example = readFileSync(".env.example", "utf8")
	writeFileSync(".env", example.replace(/^SECRET=.*$/m, `SECRET=${secret}`), { mode: 0o600 })
}

function readIfThere(file) {
	return existsSync(file) ? readFileSync(file, "utf8") : undefined
}

function hash(...files) {
	const hash = createHash("sha256")
	for (const file of files) hash.update(readFileSync(file))
	return hash.digest("hex")
}

if (process.argv.includes("--build")) {
	setup()
	build()
}
