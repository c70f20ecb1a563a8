import { execFile } from "node:child_process"
import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { expect, it } from "vitest"
import { clientOf, newSession, register, registerVerified, somebody } from "../support/client"
import { makeDatabase } from "../support/database"
import { findPostgresClient } from "../support/postgres-cluster"
import { startServer } from "../support/server"
import { serverFixture } from "../support/server-fixture"

const { server, mailbox } = serverFixture()

it("pg_dump copies while the server writes; pg_restore brings back who was there before", async () => {
	const folder = mkdtempSync(join(tmpdir(), "gatehouse-dump-"))
	const program = (name: string, ...parameters: string[]) =>
		promisify(execFile)(join(findPostgresClient(), name), parameters)
	const member = await registerVerified(server, mailbox)
	const cookie = await newSession(server, member)
	const dump = join(folder, "copy.dump")
	let isDone = false
	const writing = (async () => {
		let written = 0
		for (; !isDone; written++) expect((await register(server, somebody())).status).toBe(201)
		return written
	})()
	const dumped = program("pg_dump", "--format=custom", "--no-owner", `--file=${dump}`, server.databaseUrl)
	await dumped.finally(() => {
		isDone = true
	})
	expect(await writing).toBeGreaterThan(0)

	const databaseUrl = await makeDatabase()
	await program("pg_restore", "--no-owner", "--exit-on-error", `--dbname=${databaseUrl}`, dump)
	const restored = await startServer({ databaseUrl, env: { SECRET: server.secret } })
	try {
		const { username, password } = member
		expect((await clientOf(restored).postJson("/login", { username, password })).status).toBe(200)
		expect((await clientOf(restored).getJson("/account", { Cookie: cookie })).status).toBe(200)
	} finally {
		await restored.stop()
	}
})

it("database:backup says that pg_dump does it", async () => {
	const env = {
		PATH: process.env.PATH,
		NODE_ENV: "production" as const,
		SECRET: server.secret,
		DATABASE_URL: server.databaseUrl,
	}
	const parameters = ["bin/admin.mjs", "database:backup", join(tmpdir(), "no.db")]
	const failed = promisify(execFile)(process.execPath, parameters, { env })
	await expect(failed).rejects.toMatchObject({
		code: 1,
		stderr: "✗ PostgreSQL is backed up by pg_dump: see docs/operating.md.\n",
	})
})
