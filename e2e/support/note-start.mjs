import { Server } from "node:net"
import { isMainThread } from "node:worker_threads"

/** Preloaded by `--import`: the server logs a line when it listens, when a thread runs, when Prisma's engine is loaded. */
const { Instance } = WebAssembly
const { listen } = Server.prototype

WebAssembly.Instance = class extends Instance {
	constructor(...given) {
		note("engine")
		super(...given)
	}
}

Server.prototype.listen = function (...given) {
	this.once("listening", () => note("listening"))
	return listen.apply(this, given)
}

if (!isMainThread) note("thread")

function note(what) {
	process.stdout.write(`${JSON.stringify({ event: `test.${what}` })}\n`)
}
