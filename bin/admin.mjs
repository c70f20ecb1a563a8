import { existsSync } from "node:fs"
import { createInterface } from "node:readline"
import { parseArgs } from "node:util"

/** What an operator does with accounts, by hand or in a script: `npm run admin -- user:list`. */
const HELP = `Usage: npm run admin -- COMMAND [OPTIONS]    (in production: node bin/admin.mjs COMMAND [OPTIONS])

  user:create NAME EMAIL   Creates an account. The password is asked for, or read from a pipe:
                             --password-stdin   the first line of what is piped in
                             --superuser        may see and change all accounts at /users
                             --unverified       the address is still to be confirmed, by mail
                             --field NAME=TEXT  what registering asks for besides, once for each field
  user:promote NAME        Makes somebody a superuser.
  user:deactivate NAME     Signs somebody out everywhere, and lets them in no more; /users undoes it.
  user:list [SEARCH]       Lists accounts.
  user:import FILE.jsonl   Takes users of another system over, all or none; see docs/moving.md.
  sessions:clean           Removes expired sessions, registrations never confirmed, and old mails.
  database:backup FILE     Copies a SQLite database, also while the server runs; see docs/operating.md.

  NAME is a user name or an e-mail address.
  --json                   Answers in JSON.
  --help                   Shows this.`

const commands = {
	"user:create": [2, 2, createUser],
	"user:promote": [
		1,
		1,
		({ promote }, [name]) => show(promote(name), (user) => `${user.username} is a superuser.`),
	],
	"user:deactivate": [
		1,
		1,
		({ deactivate }, [name]) => show(deactivate(name), (user) => `${user.username} is deactivated.`),
	],
	"user:list": [0, 1, listUsers],
	"user:import": [1, 1, importUsers],
	"sessions:clean": [
		0,
		0,
		({ cleanSessions }) =>
			show(
				cleanSessions(),
				({ sessions, registrations, mails }) =>
					`Removed: ${sessions} sessions, ${registrations} registrations, ${mails} mails.`,
			),
	],
	"database:backup": [
		1,
		1,
		({ backUpDatabase }, [file]) => show(backUpDatabase(file), () => `The database was copied to ${file}.`),
	],
}

/** What is run before the server's first start, as well. */
const FIRST = new Set(["user:create", "user:import"])

// What is made here is for its owner only.
process.umask(0o077)
const { options, name, parameters } = readArguments()
const [least, most, run] = commands[name]
if (parameters.length < least || parameters.length > most) fail(`${name} takes other parameters: see --help.`)
const admin = await load()
try {
	// A database that is opened is migrated, too, which is not for a copy to do.
	if (name === "database:backup") await run(admin, parameters)
	else await admin.withDatabase(() => run(admin, parameters), { mayBeNew: FIRST.has(name) })
} catch (error) {
	if (error?.name === "CommandError" || error?.name === "StartError") fail(error.message)
	if (error?.code === "unavailable" || error?.data?.code === "unavailable")
		fail("The database is busy, full, or away.")
	if (["ENOENT", "EACCES", "EISDIR"].includes(error?.code))
		fail(`${error.path ?? "The file"} cannot be read (${error.code}).`)
	throw error
}

function readArguments() {
	try {
		const { values, positionals } = parseArgs({
			allowPositionals: true,
			options: {
				json: { type: "boolean", default: false },
				help: { type: "boolean", default: false },
				superuser: { type: "boolean", default: false },
				unverified: { type: "boolean", default: false },
				"password-stdin": { type: "boolean", default: false },
				field: { type: "string", multiple: true, default: [] },
			},
		})
		const [name, ...parameters] = positionals
		if (values.help) {
			console.log(HELP)
			process.exit(0)
		}
		if (!name) fail("Which command? See --help.")
		if (!Object.hasOwn(commands, name)) fail(`There is no command ${name}: see --help.`)
		return { options: values, name, parameters }
	} catch (error) {
		return fail(error.message.split(". ")[0])
	}
}

async function load() {
	if (existsSync(".env")) loadSettings()
	process.env.NODE_ENV ||= "production"
	// What is printed is the answer; nothing is served or mailed from here.
	process.env.LOG_LEVEL = "silent"
	process.env.APP_URL ||= "http://localhost"
	if (!existsSync("build/server/admin.js"))
		fail("There is no build in this folder: run `npm run build` first, or this where it is installed.")
	try {
		return await import("../build/server/admin.js")
	} catch (error) {
		if (error?.name === "StartError") return fail(error.message)
		throw error
	}
}

function loadSettings() {
	try {
		process.loadEnvFile(".env")
	} catch {
		fail("The user that it runs as may not read .env.")
	}
}

async function createUser(admin, [username, email]) {
	const password = await readPassword()
	const { superuser, unverified, field } = options
	const fields = field.map((given) => [given.split("=", 1)[0], given.slice(given.indexOf("=") + 1)])
	const account = { username, email, password, superuser, verified: !unverified, fields }
	await show(
		admin.createAccount(account),
		(user) => `${user.username} can sign in${superuser ? ", as a superuser" : ""}.`,
	)
}

async function listUsers(admin, [search = ""]) {
	for await (const user of admin.listAccounts(search)) {
		const { username, email, active, verified, superuser } = user
		const state = [!active && "deactivated", !verified && "not confirmed", superuser && "superuser"]
		console.log(options.json ? JSON.stringify(user) : [username, email, ...state.filter(Boolean)].join("\t"))
	}
}

async function importUsers(admin, [file]) {
	const outcome = await admin.importUsers(file, (done) => {
		const [[what, count]] = Object.entries(done)
		if (count % 10_000 === 0) process.stderr.write(`${count} lines ${what}…\n`)
	})
	if (options.json) console.log(JSON.stringify(outcome))
	if (outcome.ok) {
		if (!options.json) console.log(`Imported ${outcome.imported} users.`)
		return
	}
	for (const { line, errors } of options.json ? [] : outcome.lines)
		for (const [field, sentences] of Object.entries(errors))
			console.error(`\u2717 Line ${line}${field === "line" ? "" : `, ${field}`}: ${sentences[0]}`)
	const wrong = outcome.wrong === 1 ? "a line is" : `${outcome.wrong} lines are`
	if (!options.json) console.error(`\u2717 Nothing was imported: ${wrong} wrong.`)
	process.exitCode = 1
}

async function show(doing, sentence) {
	const result = await doing
	console.log(options.json ? JSON.stringify(result) : sentence(result))
}

/** Without an echo where somebody types it. It is never a parameter: those are seen by everybody on the machine. */
async function readPassword() {
	const isAsked = process.stdin.isTTY && !options["password-stdin"]
	if (!isAsked && !options["password-stdin"])
		fail("There is nobody to ask for the password: use --password-stdin.")
	if (!isAsked) return readLine()
	process.stdin.setRawMode(true)
	process.stderr.write("Password: ")
	try {
		return await readTyped()
	} finally {
		process.stdin.setRawMode(false)
		process.stdin.pause()
		process.stderr.write("\n")
	}
}

function readLine() {
	return new Promise((resolve) => {
		const lines = createInterface({ input: process.stdin })
		lines.once("line", (line) => {
			resolve(line)
			lines.close()
		})
		lines.once("close", () => resolve(""))
	})
}

function readTyped() {
	return new Promise((resolve) => {
		let typed = ""
		process.stdin.setEncoding("utf8").on("data", (text) => {
			for (const key of text) {
				if (key === "\r" || key === "\n") return resolve(typed)
				if (key === "\u0003") process.exit(130)
				typed = key === "\u007f" || key === "\b" ? [...typed].slice(0, -1).join("") : typed + key
			}
		})
	})
}

function fail(sentence) {
	console.error(process.argv.includes("--json") ? JSON.stringify({ error: sentence }) : `\u2717 ${sentence}`)
	process.exit(1)
}
