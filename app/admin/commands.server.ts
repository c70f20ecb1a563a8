import { existsSync, linkSync, rmSync, statSync } from "node:fs"
import { dirname } from "node:path"
import type { Caller } from "../auth/caller"
import { clean } from "../auth/cleaning.server"
import type { Faults } from "../auth/fault"
import { isSecret } from "../auth/field"
import { hashPassword, stopHashing } from "../auth/password/hashing.server"
import type { Registration } from "../auth/registration"
import { registerSchema } from "../auth/schema"
import {
	createUser,
	findUserByIdentifier,
	identifierKey,
	type PublicUser,
	publicUser,
} from "../auth/user/user.server"
import { listUsers, updateUser } from "../auth/users.server"
import { config } from "../auth.config"
import { checkConfig } from "../auth.config.check.server"
import { registration } from "../auth.events.server"
import { closeDatabase, openDatabase } from "../db/client.server"
import { env } from "../env.server"
import { sentencesOf, zodFaults } from "../http/faults.server"
import { en as text } from "../text/en"
import { importUsers as importLines } from "./import.server"

/** What `bin/admin.mjs` can do, for the operator: built beside the server, so that production has it too. */

const PAGE_SIZE = 500

/** Why a command was not carried out, in one line. */
class CommandError extends Error {
	override name = "CommandError"
}

/**
 * Runs a command with the configuration checked and the database open.
 *
 * @param options.mayBeNew whether the database is made where there is none yet
 * @throws {StartError} {CommandError}
 */
export async function withDatabase<T>(command: () => Promise<T>, options: { mayBeNew: boolean }): Promise<T> {
	checkConfig(config)
	if (sqliteFile) checkFile(sqliteFile, options)
	await openDatabase()
	try {
		return await command()
	} finally {
		await stopHashing()
		await closeDatabase()
	}
}

/** Where SQLite's database is. */
const sqliteFile = env.databaseUrl.startsWith("file:") ? env.databaseUrl.slice("file:".length) : null

function checkFile(file: string, { mayBeNew }: { mayBeNew: boolean }): void {
	const folder = dirname(file)
	// The server could only read what root makes there.
	if (process.getuid?.() === 0 && existsSync(folder) && statSync(folder).uid !== 0)
		throw new CommandError(`${folder} belongs to another user: run this as the user that the server runs as.`)
	if (!mayBeNew && !existsSync(file)) throw new CommandError(`There is no database at ${file}.`)
}

export async function createAccount(input: {
	username: string
	email: string
	password: string
	superuser: boolean
	verified: boolean
	/** Of those in `auth.events.server.ts`, by name. */
	fields: [string, string][]
}): Promise<PublicUser> {
	const { superuser, verified, fields, ...account } = input
	for (const [name] of fields)
		if (!Object.hasOwn(registration.fields, name))
			throw new CommandError(`Registering asks for no field ${name}.`)
	const own: Registration["fields"] = registration.fields
	for (const [name] of fields)
		if (own[name] && isSecret(own[name]))
			throw new CommandError(
				`Everybody on this machine could read ${name} here: make it optional, and have its owner fill it in.`,
			)
	const sent = { ...Object.fromEntries(fields), ...account, confirm_password: account.password }
	const parsed = registerSchema.safeParse(sent)
	if (!parsed.success) throw refused(zodFaults(parsed.error))
	const { password, confirm_password: _, ...profile } = parsed.data
	const hashed = await hashPassword(password)
	if (!hashed.ok) throw new CommandError(text.problems.overloaded)
	const now = new Date()
	const state = verified ? { mail: null, emailVerifiedAt: now } : { mail: "verify" as const }
	// Anyone put in by hand needs nobody's approval.
	const columns = { ...config.registration.userDefaults, active: true, ...profile }
	const created = await createUser(columns, { passwordHash: hashed.passwordHash, superuser, now, ...state })
	if (!created.ok) throw refused(created.faults)
	return publicUser(created.user)
}

export async function promote(identifier: string): Promise<PublicUser> {
	return change(identifier, { superuser: true })
}

export async function deactivate(identifier: string): Promise<PublicUser> {
	return change(identifier, { active: false })
}

/** Page by page, as there may be many. */
export async function* listAccounts(search: string): AsyncGenerator<PublicUser> {
	for (let page = 1; ; page++) {
		const { users } = await listUsers({ search, page, pageSize: PAGE_SIZE })
		yield* users.map(publicUser)
		if (users.length < PAGE_SIZE) return
	}
}

/** @returns how many, or how many lines are wrong, and the sentences about the first of them */
export async function importUsers(file: string, progress: Parameters<typeof importLines>[2]) {
	const outcome = await importLines(file, new Date(), progress)
	if (outcome.ok) return outcome
	const lines = outcome.lines.map(({ line, faults }) => ({ line, errors: sentencesOf(faults) }))
	return { ...outcome, lines }
}

/**
 * Works while the server runs, and does not open the database as the server does, which would migrate it. A file under
 * the name given is always whole: until then, it is called `.part`.
 */
export async function backUpDatabase(file: string): Promise<{ file: string }> {
	if (!sqliteFile) throw new CommandError("PostgreSQL is backed up by pg_dump: see docs/operating.md.")
	checkFile(sqliteFile, { mayBeNew: false })
	const taken = new CommandError(`${file} is there already: name another file.`)
	if (existsSync(file)) throw taken
	const part = `${file}.part`
	try {
		const { backUp } = await import("../db/sqlite/backup.server")
		// Left by one that was killed.
		rmSync(part, { force: true })
		backUp(sqliteFile, part)
		try {
			// Unlike renaming, it never takes another file's place.
			linkSync(part, file)
		} finally {
			rmSync(part)
		}
		return { file }
	} catch (error) {
		const { code } = error as { code?: unknown }
		if (code === "EEXIST") throw taken
		if (typeof code === "string")
			throw new CommandError(`The database cannot be copied to ${file} (${code}).`)
		throw error
	}
}

export function cleanSessions() {
	return clean(new Date())
}

async function change(
	identifier: string,
	changes: { superuser?: true; active?: false },
): Promise<PublicUser> {
	const user = await findUserByIdentifier(identifierKey(identifier))
	if (!user) throw new CommandError(`There is no account ${identifier}.`)
	const operator: Caller = { address: "operator", userAgent: "", now: new Date() }
	const outcome = await updateUser(user.id, changes, null, operator)
	if (outcome.ok) return publicUser(outcome.user)
	if (outcome.code === "validation_failed") throw refused(outcome.faults)
	throw new CommandError(`There is no account ${identifier}.`)
}

function refused(faults: Faults): CommandError {
	const told = Object.entries(sentencesOf(faults)).map(([field, sentences]) => `${field}: ${sentences[0]}`)
	return new CommandError(told.join(" "))
}
