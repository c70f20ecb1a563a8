import { readFileSync } from "node:fs"
import Database from "better-sqlite3"

/**
 * Preloaded by `--import`: while the file SQLITE_FAULT holds a word, the server's own connection has that fault.
 * `full`: the database cannot grow by a page; `readonly`: nothing can be written.
 */
const Statement = Object.getPrototypeOf(new Database(":memory:").prepare("SELECT 1"))
const { get, run } = Statement

for (const name of ["run", "get", "all"]) {
	const original = Statement[name]
	Statement[name] = function (...values) {
		setFault(this.database)
		return original.apply(this, values)
	}
}

function setFault(database) {
	const fault = readFileSync(process.env.SQLITE_FAULT, "utf8")
	const ask = (pragma) => get.call(database.prepare(`PRAGMA ${pragma}`).raw())
	const [pages] = ask("page_count")
	ask(`max_page_count = ${fault === "full" ? pages : 4294967294}`)
	run.call(database.prepare(`PRAGMA query_only = ${fault === "readonly" ? 1 : 0}`))
}
