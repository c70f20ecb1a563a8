import { accessSync, constants, existsSync, mkdirSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname } from "node:path"
import { StartError } from "../../start-error"
import type { Engine } from "../engine"
import { Prisma, PrismaClient } from "../generated/client"
import { IsolatedSqlite, MAX_LOCKED_MS } from "./isolated.server"
import { migrate } from "./migrate.server"

/** A transaction may wait for one of our own before it waits for another process. */
const MAX_WAIT_MS = MAX_LOCKED_MS + 1_000

const FAULTS =
	/SQLITE_(BUSY|LOCKED|FULL|READONLY|IOERR|CANTOPEN|PROTOCOL|CORRUPT|NOTADB)|database is locked|database or disk is full|readonly database|disk I\/O error|unable to open database/

const DENIED = /^(?:EACCES|EPERM|EROFS|SQLITE_(?:READONLY|CANTOPEN))/

/** SQLite's own limit. What it reads, it takes from the system's cache without a call and a copy for each page. */
const MAX_MAPPED_BYTES = 0x7fff0000

/** From this version of Node on, better-sqlite3 before 13 ends the process when it frees memory. */
const NODE_OF_SQLITE_13 = 24

/** @param url such as `file:./data/gatehouse.db` @throws {StartError} where Node and better-sqlite3 do not fit */
export function sqliteEngine(url: string): Engine {
	const { version } = createRequire(import.meta.url)("better-sqlite3/package.json")
	if (majorOf(process.versions.node) >= NODE_OF_SQLITE_13 && majorOf(version) < 13)
		throw new StartError(
			`better-sqlite3 ${version} does not run on Node ${process.versions.node}: \`npm run build\` takes the one that does`,
		)
	const file = url.slice("file:".length)
	const adapter = new IsolatedSqlite(file)
	const client = new PrismaClient({
		adapter,
		// Prisma's longer messages quote the values of the call, which the log must not hold.
		errorFormat: "minimal",
		transactionOptions: { maxWait: MAX_WAIT_MS },
	})
	return {
		client,
		read: (statement) => adapter.read(statement),
		change: (statement) => adapter.change(statement),
		async open(onMigrated) {
			try {
				mkdirSync(dirname(file), { recursive: true })
				migrate(file, onMigrated)
				// SQLite opens what it may only read, and says so when something is written, for which it is too late.
				for (const part of [file, `${file}-wal`, `${file}-shm`].filter(existsSync))
					accessSync(part, constants.W_OK)
			} catch (error) {
				const { code } = error as { code?: unknown }
				if (typeof code !== "string" || !(FAULTS.test(code) || /^E[A-Z]+$/.test(code))) throw error
				const hint = DENIED.test(code) ? `: may this user write to ${file} and its folder?` : ""
				throw new StartError(`DATABASE_URL: the database cannot be opened (${code})${hint}`)
			}
			// Prisma's adapter turns foreign keys on; WAL stays with the file; NORMAL loses no committed row on a crash
			// of the process, only (at worst) the last ones on a power cut.
			// Not by Prisma's engine, which takes 60 ms to load: a page for a stranger is answered without.
			await adapter.change(Prisma.sql`PRAGMA synchronous = NORMAL`)
			await adapter.change(Prisma.raw(`PRAGMA mmap_size = ${MAX_MAPPED_BYTES}`))
		},
		async close() {
			await client.$disconnect()
			await adapter.disconnect()
		},
		faultOf,
		hasRowLocks: false,
	}
}

function majorOf(version: string): number {
	return Number.parseInt(version, 10)
}

function faultOf(error: unknown): string | null {
	const { code, message, cause } = error as { code?: unknown; message?: unknown; cause?: unknown }
	// Past Prisma's engine, the database's own words are in the cause.
	const { originalCode, originalMessage } = (cause ?? {}) as {
		originalCode?: unknown
		originalMessage?: unknown
	}
	const told = [code, message, originalCode, originalMessage].map(String).join(" ")
	return FAULTS.test(told) ? String(code ?? originalCode) : null
}
