import { mkdtempSync, symlinkSync, writeFileSync } from "node:fs"
import type { AddressInfo } from "node:net"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import Database from "better-sqlite3"
import { describe, expect, it } from "vitest"
import { fileOf, freePort, startServer } from "../support/server"

const REUSED = "Zm9yIHRlc3RzIG9ubHksIGJ1dCBvZiBnb29kIGxlbmd0aA"

type Attempt = { env?: Record<string, string>; databaseUrl?: string; nodeOptions?: string[] }

/** Starts a server that will not start. @returns what it told its operator, beside its log. */
async function startInVain(
	attempt: Attempt,
): Promise<{ code: number | null; lines: string[]; output: string }> {
	const server = await startServer({ ...attempt, waitUntilReady: false })
	const code = await new Promise<number | null>((resolve) => server.process.once("close", resolve))
	const lines = server
		.output()
		.split("\n")
		.filter((line) => line !== "" && !line.startsWith("{"))
	return { code, lines, output: server.output() }
}

async function expectOneLine(attempt: Attempt, sentence: RegExp) {
	const { code, lines, output } = await startInVain(attempt)
	expect(lines).toHaveLength(1)
	expect(lines[0]).toMatch(/^✗ The server does not start: /)
	expect(lines[0]).toMatch(sentence)
	expect(code).toBe(1)
	expect(output).not.toContain("server.started")
	return output
}

function newFile(): string {
	return join(mkdtempSync(join(tmpdir(), "gatehouse-")), "test.db")
}

/** A database as a server left it. */
async function usedFile(): Promise<string> {
	const server = await startServer()
	await server.stop()
	return fileOf(server)
}

describe("a wrong environment stops the start with one line that names the variable", () => {
	it.for([
		["no SECRET", { SECRET: "" }, /: SECRET is missing/],
		["a short SECRET", { SECRET: "too-short-to-be-any-good-0" }, /: SECRET needs at least 32 bytes/],
		[
			"the example's SECRET",
			{ SECRET: "change-me-to-the-output-of-openssl-rand-base64-32" },
			/: SECRET is still the example/,
		],
		["a SECRET that repeats itself", { SECRET: "a".repeat(64) }, /: SECRET repeats itself/],
		["a SECRET of repeated words", { SECRET: "open sesame ".repeat(4) }, /: SECRET repeats itself/],
		[
			"a SECRET_PREVIOUS of repeated words",
			{ SECRET_PREVIOUS: "correct horse battery staple ".repeat(2) },
			/: SECRET_PREVIOUS repeats itself/,
		],
		["a short SECRET_PREVIOUS", { SECRET_PREVIOUS: "short" }, /: SECRET_PREVIOUS needs at least 32 bytes/],
		["no APP_URL", { APP_URL: "" }, /: APP_URL is missing/],
		[
			"an APP_URL with a path",
			{ APP_URL: "https://accounts.example.org/path" },
			/: APP_URL may not have a path/,
		],
		[
			"an APP_URL with a query",
			{ APP_URL: "https://accounts.example.org/?a=b" },
			/: APP_URL may not have a path/,
		],
		[
			"an APP_URL that is none",
			{ APP_URL: "accounts.example.net" },
			/: APP_URL must be an http or https address/,
		],
		[
			"an APP_URL of another scheme",
			{ APP_URL: "ftp://accounts.example.org" },
			/: APP_URL must be an http or https address/,
		],
		["a PORT that is none", { PORT: "http" }, /: PORT /],
		["a PORT out of range", { PORT: "70000" }, /: PORT /],
		[
			"a TRUST_PROXY that is no number",
			{ TRUST_PROXY: "yes" },
			/: TRUST_PROXY must be the number of proxies/,
		],
		...[" ", "0x2", "1e1", "11"].map(
			(TRUST_PROXY) =>
				[
					`a TRUST_PROXY of "${TRUST_PROXY}"`,
					{ TRUST_PROXY },
					/: TRUST_PROXY must be the number of proxies/,
				] as const,
		),
		[
			"a METRICS_TOKEN that signs links, too",
			{ SECRET: REUSED, METRICS_TOKEN: REUSED },
			/: METRICS_TOKEN is SECRET, or one of SECRET_PREVIOUS/,
		],
		[
			"a METRICS_TOKEN that signed links before",
			{ SECRET_PREVIOUS: REUSED, METRICS_TOKEN: REUSED },
			/: METRICS_TOKEN is SECRET, or one of SECRET_PREVIOUS/,
		],
		...["requireTLS=false", "tls.rejectUnauthorized=false", "logger=true&debug=true"].map(
			(options) =>
				[
					`an SMTP_URL with ${options}`,
					{ SMTP_URL: `smtp://mail.example.net:587/?${options}` },
					/: SMTP_URL may have no options after its address/,
				] as const,
		),
		["an SMTP_URL that is none", { SMTP_URL: "mail.example.org" }, /: SMTP_URL must be an address/],
		[
			"an SMTP_URL without a host",
			{ SMTP_URL: "smtp:///mail" },
			/: SMTP_URL (?:names no host|must be an address)/,
		],
		["an SMTP_URL that is only a path", { SMTP_URL: "smtp:mail" }, /: SMTP_URL names no host/],
		["a LOG_LEVEL that is none", { LOG_LEVEL: "loud" }, /: LOG_LEVEL /],
		[
			"a DATABASE_URL of another kind",
			{ DATABASE_URL: "mysql://db/x" },
			/: DATABASE_URL must be a SQLite file .* or PostgreSQL/,
		],
		["a database in memory", { DATABASE_URL: "file::memory:" }, /: DATABASE_URL must be a file on disk/],
		[
			"a database in memory, as SQLite's own addresses say it",
			{ DATABASE_URL: "file:x?mode=memory&cache=shared" },
			/: DATABASE_URL must be a file on disk/,
		],
		["a database without a name", { DATABASE_URL: "file: " }, /: DATABASE_URL must be a file on disk/],
	] as const)("%s", async ([, env, sentence]) => {
		const output = await expectOneLine({ env }, sentence)
		for (const value of Object.values(env)) if (value.length > 5) expect(output).not.toContain(value)
	})

	it("a PORT that another program has", async () => {
		const other = createServer()
		await new Promise<void>((resolve) => other.listen(0, resolve))
		const { port } = other.address() as AddressInfo
		await expectOneLine({ env: { PORT: String(port) } }, new RegExp(`: PORT ${port} is taken`))
		await new Promise((resolve) => other.close(resolve))
	})
})

describe("a database that does not fit stops the start with one line", () => {
	it("it knows a migration that this build does not", async () => {
		const databaseFile = await usedFile()
		const database = new Database(databaseFile)
		database
			.prepare(
				`INSERT INTO "_prisma_migrations" (id, checksum, migration_name, finished_at) VALUES ('x', 'y', ?, 1)`,
			)
			.run("20990101000000_of_the_future")
		database.close()
		await expectOneLine(
			{ databaseUrl: `file:${databaseFile}` },
			/: DATABASE_URL: the database is newer than this build .*20990101000000_of_the_future/,
		)
	})

	it("a migration was changed after it had been applied", async () => {
		const databaseFile = await usedFile()
		const database = new Database(databaseFile)
		database.prepare(`UPDATE "_prisma_migrations" SET checksum = 'other'`).run()
		database.close()
		await expectOneLine(
			{ databaseUrl: `file:${databaseFile}` },
			/: prisma\/migrations\/sqlite\/\d+_init was changed after it had been applied/,
		)
	})

	it("the file is no database", async () => {
		const databaseFile = newFile()
		writeFileSync(
			databaseFile,
			"This is a text, and long enough to be taken for the head of a file. ".repeat(20),
		)
		await expectOneLine(
			{ databaseUrl: `file:${databaseFile}` },
			/: DATABASE_URL: the database cannot be opened \(SQLITE_NOTADB\)/,
		)
	})

	it("its folder cannot be made", async () => {
		const file = newFile()
		writeFileSync(file, "a file, no folder")
		await expectOneLine(
			{ databaseUrl: `file:${join(file, "folder", "test.db")}` },
			/: DATABASE_URL: the database cannot be opened/,
		)
	})
})

it("a clock that was lost stops the start with one line", async () => {
	const folder = mkdtempSync(join(tmpdir(), "gatehouse-"))
	const file = join(folder, "clock")
	writeFileSync(file, String(Date.UTC(2024, 11, 31) - Date.now()))
	await expectOneLine(
		{ env: { CLOCK_STEP: file }, nodeOptions: ["--import", "./e2e/support/clock-step.mjs"] },
		/: the system's clock is wrong: it says a year before 2025/,
	)
})

describe("a good environment starts", () => {
	it("and tells of names in .env that are none of its settings", async () => {
		const home = mkdtempSync(join(tmpdir(), "gatehouse-"))
		for (const name of ["bin", "build", "e2e", "node_modules", "prisma"])
			symlinkSync(resolve(name), join(home, name))
		writeFileSync(join(home, ".env"), "REDIS_ULR=redis://127.0.0.1\n# TRUST_PROXIES=1\nLOG_LEVEL=info\n")
		const server = await startServer({ cwd: home })
		const warnings = server.logLines().filter(({ event }) => event === "config.warning")
		expect(warnings.map(({ msg }) => msg)).toContain(".env: REDIS_ULR is not a setting, and does nothing")
		expect(warnings.filter(({ msg }) => /PROXIES|LOG_LEVEL/.test(String(msg)))).toEqual([])
		expect(await server.stop()).toBe(0)
	})

	it("an APP_URL may end in a slash", async () => {
		const port = await freePort()
		const server = await startServer({ env: { APP_URL: `http://localhost:${port}/` } })
		expect(server.logLines().find(({ event }) => event === "server.started")?.url).toBe(
			`http://localhost:${port}`,
		)
		expect(await server.stop()).toBe(0)
	})
})
