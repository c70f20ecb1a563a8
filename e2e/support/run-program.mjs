import { spawn } from "node:child_process"

/** Runs a server of somebody else's until what started this closes our input, or ends, in whatever way that is. */
const [command = "", ...parameters] = process.argv.slice(2)
const [uid, gid] = (process.env.RUN_AS || "").split(":").filter(Boolean).map(Number)
const child = spawn(command, parameters, { uid, gid, stdio: ["ignore", "inherit", "inherit"] })
child.once("error", () => process.exit(1))
child.once("exit", (code) => process.exit(code ?? 1))
const end = () => child.kill(process.env.END_BY)
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, end)
process.stdin.resume().once("end", () => {
	child.kill("SIGCONT")
	end()
})
