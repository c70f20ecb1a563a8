import Database from "better-sqlite3"

/**
 * Preloaded by `--import`: the process kills itself, as a power cut would, right before or after the statement that
 * KILL_AT names, e.g. `after 1 INSERT INTO .*OutboxMail`: side, how often it must have come, regular expression.
 */
const [, side, count, pattern] = /^(before|after) (\d+) (.+)$/.exec(process.env.KILL_AT) ?? []
const expression = new RegExp(pattern, "s")
let seen = 0

function guarded(sql, run) {
	if (!expression.test(sql) || ++seen !== Number(count)) return run()
	if (side === "after") run()
	process.kill(process.pid, "SIGKILL")
}

const { prepare, exec } = Database.prototype

Database.prototype.exec = function (sql) {
	return guarded(sql, () => exec.call(this, sql))
}

Database.prototype.prepare = function (sql) {
	const statement = prepare.call(this, sql)
	for (const name of ["run", "all", "get"]) {
		const method = statement[name]
		statement[name] = (...parameters) => guarded(sql, () => method.apply(statement, parameters))
	}
	return statement
}
