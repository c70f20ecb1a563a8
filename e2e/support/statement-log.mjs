import { appendFileSync } from "node:fs"
import Database from "better-sqlite3"

/**
 * Preloaded by `--import`: notes in the file STATEMENT_LOG what is run on the database, verb and table. Looks into the
 * outbox, and what follows from what is found there, are marked, with the process's own time in ms.
 */
const { prepare } = Database.prototype

Database.prototype.prepare = function (sql) {
	const statement = prepare.call(this, sql)
	for (const name of ["run", "all", "get"]) {
		const method = statement[name]
		statement[name] = (...parameters) => {
			note(sql)
			return method.apply(statement, parameters)
		}
	}
	return statement
}

function note(sql) {
	const [verb = ""] = sql.trim().split(/\s/, 1)
	const [, table = ""] = /(?:FROM|INTO|UPDATE)\s+(?:[`"]main[`"]\.)?[`"](\w+)[`"]/i.exec(sql) ?? []
	const ofBeat = table === "OutboxMail" && (verb === "SELECT" || verb === "UPDATE")
	const at = ofBeat && verb === "SELECT" ? ` @${Math.round(performance.now())}` : ""
	appendFileSync(process.env.STATEMENT_LOG, `${ofBeat ? "outbox " : ""}${verb} ${table}${at}\n`)
}
