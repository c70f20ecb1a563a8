import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { runnerImport } from "vite"
import { fill, PASSWORD, PEOPLE } from "./people.mjs"
import { startBuiltServer } from "./server.mjs"

/** For one part of the bench: a server with people in its database, and what it does, logged as in production. */
export async function withServer({ people = PEOPLE, ...env }, use) {
	const folder = mkdtempSync(join(tmpdir(), "gatehouse-bench-"))
	const databaseUrl = env.DATABASE_URL ?? `file:${join(folder, "gatehouse.db")}`
	const options = {
		env: { NODE_ENV: "production", LOG_LEVEL: "info", ...env, DATABASE_URL: databaseUrl },
		output: "ignore",
	}
	// Once for its tables, which are filled while nobody else holds the database.
	await (await startBuiltServer(options)).stop()
	await fill(databaseUrl, people)
	const server = await startBuiltServer(options)
	try {
		return await use(server)
	} finally {
		await server.stop()
		rmSync(folder, { recursive: true, force: true })
	}
}

/** An empty database on a PostgreSQL of the bench's own, as the tests start it: it does not wait for the disk. */
export async function withPostgres(use) {
	const { module } = await runnerImport("./e2e/support/postgres-cluster.ts")
	const cluster = await module.startCluster()
	try {
		return await use(cluster.urlOf())
	} finally {
		await cluster.stop()
	}
}

/** @returns what a browser would send from now on */
export async function signIn(url) {
	const headers = { "Content-Type": "application/json" }
	const body = JSON.stringify({ username: "quick0", password: PASSWORD })
	const answer = await fetch(`${url}/login`, { method: "POST", headers, body })
	return answer.headers.getSetCookie()[0].split(";")[0]
}

export async function cookieNameOf(url) {
	return (await signIn(url)).split("=")[0]
}
