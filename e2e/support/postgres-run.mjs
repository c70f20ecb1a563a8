import { spawn } from "node:child_process"

/** Runs a PostgreSQL server until what started this closes our input, or ends, in whatever way that is. */
const [command = "", ...parameters] = process.argv.slice(2)
const [uid, gid] = (process.env.POSTGRES_USER || "").split(":").filter(Boolean).map(Number)
const child = spawn(command, parameters, { uid, gid, stdio: ["ignore", "ignore", "inherit"] })
child.once("error", () => process.exit(1))
child.once("exit", (code) => process.exit(code ?? 1))
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill("SIGQUIT"))
process.stdin.resume().once("end", () => {
	child.kill("SIGCONT")
	child.kill("SIGQUIT")
})
