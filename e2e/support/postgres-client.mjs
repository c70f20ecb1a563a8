import { workerData } from "node:worker_threads"
import pg from "pg"

/** The thread of `postgres-database.ts`: runs what comes through the port, and wakes who waits for it. */
const { url, port, signal } = workerData

/** As SQLite has them. */
const parsers = new Map([
	[
		pg.types.builtins.TIMESTAMP,
		(text) => `${new Date(`${text.replace(" ", "T")}Z`).toISOString().slice(0, -1)}+00:00`,
	],
	[pg.types.builtins.BOOL, (text) => (text === "t" ? 1 : 0)],
	[pg.types.builtins.INT8, Number],
])
const types = { getTypeParser: (type) => parsers.get(type) ?? pg.types.getTypeParser(type) }
const client = new pg.Client({ connectionString: url, types })
client.on("error", () => {})
const connected = client.connect()

port.on("message", async ({ text, values }) => {
	try {
		await connected
		const { rows, rowCount, fields } = await client.query({ text, values, types })
		port.postMessage({ rows, changes: rowCount ?? 0, columns: (fields ?? []).map(({ name }) => name) })
	} catch (error) {
		port.postMessage({ error: `${error.message} (${text})` })
	}
	Atomics.store(signal, 0, 1)
	Atomics.notify(signal, 0)
})
