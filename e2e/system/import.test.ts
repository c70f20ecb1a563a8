import { execFile } from "node:child_process"
import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { expect, it } from "vitest"
import { serverFixture } from "../support/server-fixture"

const LINES = 100_000
const LITTLE_MEMORY = "--max-old-space-size=160"

const { server } = serverFixture()

it("user:import takes 100,000 lines in little memory, and shows progress", { timeout: 240_000 }, async () => {
	const password_hash = `pbkdf2_sha256$1000$salt$${Buffer.alloc(32).toString("base64")}`
	const lines = Array.from({ length: LINES }, (_, number) =>
		JSON.stringify({
			username: `many-${number}`,
			email: `many-${number}@example.org`,
			password_hash,
			verified: true,
		}),
	)
	const file = join(mkdtempSync(join(tmpdir(), "gatehouse-import-")), "many.jsonl")
	writeFileSync(file, lines.join("\n"))
	const { stderr } = await promisify(execFile)(process.execPath, ["bin/admin.mjs", "user:import", file], {
		env: {
			PATH: process.env.PATH,
			NODE_ENV: "production",
			SECRET: server.secret,
			DATABASE_URL: server.databaseUrl,
			NODE_OPTIONS: LITTLE_MEMORY,
		},
	})
	expect(stderr).toContain(`${LINES} lines written…`)
	expect(server.database.prepare(`SELECT count(*) FROM "User"`).pluck().get()).toBe(LINES)
})
