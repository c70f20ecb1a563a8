import { readFileSync } from "node:fs"
import Database from "better-sqlite3"

/**
 * Preloaded by `--import`: while the file SQLITE_FAULT holds a word, the server's own connection has that fault.
 * `full`: the database cannot grow by a page; `readonly`: nothing can be written.
 */
const { prepare } = Database.prototype

Database.prototype.prepare = function (sql) {
	const fault = readFileSync(process.env.SQLITE_FAULT, "utf8")
	const pages = prepare.call(this, "PRAGMA page_count").pluck().get()
	prepare.call(this, `PRAGMA max_page_count = ${fault === "full" ? pages : 4294967294}`).get()
	prepare.call(this, `PRAGMA query_only = ${fault === "readonly" ? 1 : 0}`).run()
	return prepare.call(this, sql)
}
