import { execFileSync } from "node:child_process"
import { createHash, randomBytes } from "node:crypto"
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { compressFiles } from "./compress.mjs"
import { noteBuild } from "./freshness.mjs"

const MIN_NODE = [20, 19]
/** The better-sqlite3 that Node 20 compiles ends the process on Node 24; the one that does not needs Node 22. */
export const NEW_SQLITE = "bin/sqlite-13"
const SQLITE = "node_modules/better-sqlite3"
const SCHEMA = "prisma/schema.prisma"
/** What npm notes of an installation. */
const NOTE = "node_modules/.package-lock.json"
/** What the database clients were generated from. */
const STAMP = "app/db/generated/.schema"

/**
 * Makes a bare clone ready: packages from the lock file, the database clients.
 * Does only what is missing, and says what it does. Plain JavaScript without packages, as there are none yet.
 */
export function setup() {
	checkNode()
	// After a change back to Node 20.
	if (!takesNewSqlite() && versionIn(SQLITE) === versionIn(NEW_SQLITE)) rmSync(NOTE, { force: true })
	installPackages(".")
	if (takesNewSqlite()) installNewSqlite()
	// A fork that takes it out has it again in each commit from before.
	const hasPostgres = existsSync("app/db/postgres")
	const source = `${hash(SCHEMA, "bin/setup.mjs")}${hasPostgres ? " also for PostgreSQL" : ""}`
	if (!existsSync("app/db/generated/client.ts") || readIfThere(STAMP) !== source) {
		say("Generating the database clients…")
		// Prisma finds fault with a folder in which another client's is.
		rmSync("app/db/generated", { recursive: true, force: true })
		generate(SCHEMA)
		if (hasPostgres) generateForPostgres()
		writeFileSync(STAMP, source)
	}
}

/** What `folder` needs, from its lock file. */
export function installPackages(folder) {
	if (isInstalled(folder)) return
	say(`Installing packages from ${join(folder, "package-lock.json")} (a few minutes, once)…`)
	const parameters = ["ci", "--prefix", folder, "--no-audit", "--no-fund", "--include=dev"]
	// The only script that matters is that of the better-sqlite3 which Node 22 does not take.
	if (takesNewSqlite()) parameters.push("--ignore-scripts")
	const npm = process.env.npm_execpath
	if (npm) run(process.execPath, [npm, ...parameters])
	else run("npm", parameters)
}

/** Whether this Node runs the newer better-sqlite3, which comes compiled (docs/decisions/0027-newer-node.md). */
export function takesNewSqlite() {
	return Number(process.versions.node.split(".")[0]) >= 22
}

/** Puts it where everybody looks for the other one. */
function installNewSqlite() {
	if (versionIn(NEW_SQLITE) === versionIn(SQLITE)) return
	installPackages(NEW_SQLITE)
	rmSync(SQLITE, { recursive: true, force: true })
	renameSync(join(NEW_SQLITE, SQLITE), SQLITE)
	rmSync(join(NEW_SQLITE, "node_modules"), { recursive: true })
}

/** Of better-sqlite3: its own, or the one that a `package.json` asks for. */
function versionIn(folder) {
	const { version, dependencies } = JSON.parse(readIfThere(join(folder, "package.json")) ?? "{}")
	return dependencies?.["better-sqlite3"] ?? version
}

/** Builds what `npm start` runs. */
export function build() {
	say("Building…")
	run("node", ["node_modules/@remix-run/dev/dist/cli.js", "vite:build"], { NODE_ENV: "production" })
	compressFiles()
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
	const note = readIfThere(join(folder, NOTE))
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
