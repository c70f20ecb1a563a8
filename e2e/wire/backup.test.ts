import { execFile } from "node:child_process"
import { copyFileSync, existsSync, mkdtempSync, readdirSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import Database from "better-sqlite3"
import { expect, it } from "vitest"
import { clientOf, newSession, register, registerVerified, somebody } from "../support/client"
import { startServer, type TestServer } from "../support/server"
import { serverFixture } from "../support/server-fixture"

const { server, mailbox } = serverFixture()

/** As an operator types it, beside the running server. */
async function backUp(
	{ databaseUrl, secret, KILL_AT }: Pick<TestServer, "databaseUrl" | "secret"> & { KILL_AT?: string },
	...files: string[]
) {
	const env = {
		...(KILL_AT && { KILL_AT, NODE_OPTIONS: "--import ./e2e/support/kill-at.mjs" }),
		PATH: process.env.PATH,
		NODE_ENV: "production" as const,
		SECRET: secret,
		DATABASE_URL: databaseUrl,
	}
	const parameters = ["bin/admin.mjs", "database:backup", ...files]
	return promisify(execFile)(process.execPath, parameters, { env }).then(
		({ stdout }) => ({ status: 0, text: stdout }),
		({ code, stderr }) => ({ status: code as number, text: stderr as string }),
	)
}

const emptyFolder = () => mkdtempSync(join(tmpdir(), "gatehouse-backup-"))

it("database:backup copies while the server writes; who was there before signs in on the copy", async () => {
	const member = await registerVerified(server, mailbox)
	const cookie = await newSession(server, member)
	const file = join(emptyFolder(), "copy.db")
	let isDone = false
	const writing = (async () => {
		let written = 0
		for (; !isDone; written++) expect((await register(server, somebody())).status).toBe(201)
		return written
	})()
	const copied = await backUp(server, file)
	isDone = true
	expect(copied).toEqual({ status: 0, text: `The database was copied to ${file}.\n` })
	expect(await writing).toBeGreaterThan(2)
	expect(statSync(file).mode & 0o777).toBe(0o600)
	const copy = new Database(file, { readonly: true })
	expect(copy.pragma("integrity_check", { simple: true })).toBe("ok")
	copy.close()

	const place = join(emptyFolder(), "gatehouse.db")
	copyFileSync(file, place)
	const restored = await startServer({ databaseUrl: `file:${place}`, env: { SECRET: server.secret } })
	try {
		const { username, password } = member
		expect((await clientOf(restored).postJson("/login", { username, password })).status).toBe(200)
		expect((await clientOf(restored).getJson("/account", { Cookie: cookie })).status).toBe(200)
	} finally {
		await restored.stop()
	}
})

it("database:backup never writes over a file, and leaves nothing where it fails", async () => {
	const folder = emptyFolder()
	const taken = join(folder, "taken.db")
	for (const content of ["", "mine"]) {
		writeFileSync(taken, content)
		const refused = await backUp(server, taken)
		expect([refused.status, refused.text]).toEqual([1, `✗ ${taken} is there already: name another file.\n`])
		expect(statSync(taken).size).toBe(content.length)
	}
	const nowhere = join(folder, "no-such-folder/copy.db")
	expect((await backUp(server, nowhere)).text).toBe(
		`✗ The database cannot be copied to ${nowhere} (ENOENT).\n`,
	)
	const broken = join(folder, "broken.db")
	writeFileSync(broken, "no database ".repeat(1_000))
	const copy = join(folder, "copy.db")
	const failed = await backUp({ databaseUrl: `file:${broken}`, secret: server.secret }, copy)
	expect([failed.status, failed.text]).toEqual([
		1,
		`✗ The database cannot be copied to ${copy} (SQLITE_NOTADB).\n`,
	])
	expect(existsSync(copy)).toBe(false)
	expect((await backUp(server)).text).toBe("✗ database:backup takes other parameters: see --help.\n")
	expect(readdirSync(folder).sort()).toEqual(["broken.db", "taken.db"])
})

it("database:backup that is killed leaves nothing that looks like a copy, and is no obstacle to the next", async () => {
	const folder = emptyFolder()
	const file = join(folder, "copy.db")
	for (const KILL_AT of ["before 1 ^VACUUM INTO", "after 1 ^VACUUM INTO"]) {
		const { databaseUrl, secret } = server
		const killed = await backUp({ databaseUrl, secret, KILL_AT }, file)
		expect(killed.status).not.toBe(0)
		expect(readdirSync(folder)).toEqual(["copy.db.part"])
		expect(statSync(`${file}.part`).mode & 0o777).toBe(0o600)
	}
	expect((await backUp(server, file)).status).toBe(0)
	expect(readdirSync(folder)).toEqual(["copy.db"])
	const copy = new Database(file, { readonly: true })
	expect(copy.pragma("integrity_check", { simple: true })).toBe("ok")
	expect(copy.prepare(`SELECT count(*) FROM "User"`).pluck().get()).toBeGreaterThan(0)
	copy.close()
})

it("database:backup makes no database where there is none, and migrates none", async () => {
	const folder = emptyFolder()
	const missing = join(folder, "missing.db")
	const failed = await backUp(
		{ databaseUrl: `file:${missing}`, secret: server.secret },
		join(folder, "copy.db"),
	)
	expect([failed.status, failed.text]).toMatchObject([
		1,
		expect.stringContaining(`There is no database at ${missing}.`),
	])
	expect(readdirSync(folder)).toEqual([])

	const old = join(folder, "old.db")
	new Database(old).exec("CREATE TABLE kept (id)").close()
	const copy = join(folder, "copy.db")
	expect((await backUp({ databaseUrl: `file:${old}`, secret: server.secret }, copy)).status).toBe(0)
	for (const file of [old, copy]) {
		const database = new Database(file, { readonly: true })
		expect(database.prepare("SELECT name FROM sqlite_master").pluck().all()).toEqual(["kept"])
		database.close()
	}
})
