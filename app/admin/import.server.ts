import { randomUUID } from "node:crypto"
import { createReadStream } from "node:fs"
import { createInterface } from "node:readline"
import { z } from "zod"
import type { Faults } from "../auth/fault"
import { orUnchanged, text } from "../auth/field"
import { isKnownHash } from "../auth/password/stored-hash.js"
import { email, refuseNul, username } from "../auth/schema"
import { usernameKey } from "../auth/user/username"
import { config } from "../auth.config"
import { registration } from "../auth.events.server"
import { db, inTransaction } from "../db/client.server"
import { zodFaults } from "../http/faults.server"

/** Lines checked, or written, by one statement. */
const BATCH = 500
/** In a file that is wrong all over, the first faults tell enough. */
const MAX_FAULTS = 100
const MAX_LINE_LENGTH = 10_000
const FIRST_TIME = new Date("1970-01-01T00:00:00Z")
const LAST_TIME = new Date("9999-12-31T23:59:59Z")
/** A hundred thousand take half a minute. */
const TIMEOUT_MS = 30 * 60 * 1000

/** A fork's own; the other system may not have asked for them, and then the column's default counts. */
const ownFields = Object.fromEntries(
	Object.entries<z.ZodType>(registration.fields).map(([name, field]) => [name, orUnchanged(field)]),
)

const lineSchema = z
	.strictObject({
		...ownFields,
		username,
		email,
		password_hash: text("hash_missing").refine(isKnownHash, "hash_unknown"),
		verified: z.boolean("not_boolean"),
		active: z.boolean("not_boolean").default(true),
		superuser: z.boolean("not_boolean").default(false),
		created_at: z.iso
			.datetime({ offset: true, error: "not_time" })
			.transform((time) => new Date(time))
			// As UTC, which may be in another year. PostgreSQL has no year 0, and JavaScript reads no year 10000.
			.refine((time) => time >= FIRST_TIME && time <= LAST_TIME, "not_time")
			.optional(),
	})
	.superRefine(refuseNul)
type Line = z.output<typeof lineSchema>
type Numbered = { number: number; user: Line }

/** What is wrong with a line of the file; of the line as a whole under `line`. */
export type LineFaults = { line: number; faults: Faults }
type Progress = (done: { checked: number } | { written: number }) => void

/**
 * Takes users over from another system: JSON lines, all of them or none.
 *
 * @returns how many, or what is wrong, line by line: at most {@link MAX_FAULTS} of `wrong` lines
 */
export async function importUsers(
	file: string,
	now: Date,
	progress: Progress,
): Promise<{ ok: true; imported: number } | { ok: false; wrong: number; lines: LineFaults[] }> {
	const checked = await checkLines(file, progress)
	if (checked.wrong > 0) return { ok: false, ...checked }
	let written = 0
	await inTransaction(async (transaction) => {
		written = 0
		for await (const batch of batchesOf(readLines(file))) {
			const data = batch.map(({ read }) => rowOf(lineSchema.parse(read), now))
			await transaction.user.createMany({ data })
			written += data.length
			progress({ written })
		}
	}, TIMEOUT_MS)
	return { ok: true, imported: written }
}

async function checkLines(file: string, progress: Progress) {
	const lines: LineFaults[] = []
	let wrong = 0
	let checked = 0
	/** Which line has a name, or an address; the rest of the file is never held as a whole. */
	const seen = { username: new Map<string, number>(), email: new Map<string, number>() }
	for await (const batch of batchesOf(readLines(file))) {
		const good: Numbered[] = []
		const found: LineFaults[] = []
		for (const { number, read } of batch) {
			const parsed = lineSchema.safeParse(read)
			const faults = parsed.success ? repeated(seen, parsed.data, number) : faultsOf(read, parsed.error)
			if (Object.keys(faults).length > 0) found.push({ line: number, faults })
			else if (parsed.success) good.push({ number, user: parsed.data })
		}
		found.push(...(await taken(good)))
		wrong += found.length
		lines.push(...found.sort((one, other) => one.line - other.line).slice(0, MAX_FAULTS - lines.length))
		checked += batch.length
		progress({ checked })
	}
	return { wrong, lines }
}

function faultsOf(read: unknown, error: z.ZodError): Faults {
	if (read === undefined) return { line: [{ code: "line_malformed" }] }
	const unknown = error.issues.find((issue) => issue.code === "unrecognized_keys")
	if (!unknown)
		return error.issues[0]?.path.length === 0 ? { line: [{ code: "line_malformed" }] } : zodFaults(error)
	const others = new z.ZodError(error.issues.filter((issue) => issue !== unknown))
	return { ...zodFaults(others), line: [{ code: "line_unknown_field", name: unknown.keys.join(", ") }] }
}

function repeated(
	seen: Record<"username" | "email", Map<string, number>>,
	line: Line,
	number: number,
): Faults {
	const faults: Faults = {}
	for (const [field, key] of [
		["username", usernameKey(line.username)],
		["email", line.email.key],
	] as const) {
		const before = seen[field].get(key)
		if (before === undefined) seen[field].set(key, number)
		else faults[field] = [{ code: "line_repeated", line: before }]
	}
	return faults
}

async function taken(lines: Numbered[]): Promise<LineFaults[]> {
	const usernames = lines.map(({ user }) => usernameKey(user.username))
	const addresses = lines.map(({ user }) => user.email.key)
	const owners = await db.user.findMany({
		where: { OR: [{ usernameKey: { in: usernames } }, { ownedEmailKey: { in: addresses } }] },
		select: { usernameKey: true, ownedEmailKey: true },
	})
	const names = new Set(owners.map(({ usernameKey }) => usernameKey))
	const owned = new Set(owners.map(({ ownedEmailKey }) => ownedEmailKey))
	return lines.flatMap(({ number, user }) => {
		const faults: Faults = {}
		if (names.has(usernameKey(user.username))) faults.username = [{ code: "username_taken" }]
		if (owned.has(user.email.key)) faults.email = [{ code: "email_of_another" }]
		return Object.keys(faults).length > 0 ? [{ line: number, faults }] : []
	})
}

function rowOf(line: Line, now: Date) {
	const { username, email, password_hash, verified, active, superuser, created_at = now, ...own } = line
	return {
		...config.registration.userDefaults,
		...own,
		id: randomUUID(),
		username,
		usernameKey: usernameKey(username),
		email: email.address,
		emailKey: email.key,
		ownedEmailKey: verified || !config.verification.enabled ? email.key : null,
		// An account from elsewhere is no registration that runs out.
		unprovenUntil: null,
		passwordHash: password_hash,
		emailVerifiedAt: verified ? created_at : null,
		active,
		superuser,
		createdAt: created_at,
		updatedAt: now,
	}
}

/** Lines that are not empty. `read` is undefined where one is not JSON. */
async function* readLines(file: string): AsyncGenerator<{ number: number; read: unknown }> {
	let number = 0
	for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
		number++
		// Some programs begin a file with a mark of its encoding.
		const text = number === 1 ? line.replace(/^\ufeff/, "") : line
		if (text.trim() !== "") yield { number, read: parse(text) }
	}
}

function parse(line: string): unknown {
	if (line.length > MAX_LINE_LENGTH) return undefined
	try {
		return JSON.parse(line)
	} catch {
		return undefined
	}
}

async function* batchesOf<T>(items: AsyncIterable<T>): AsyncGenerator<T[]> {
	let batch: T[] = []
	for await (const item of items) {
		batch.push(item)
		if (batch.length < BATCH) continue
		yield batch
		batch = []
	}
	if (batch.length > 0) yield batch
}
