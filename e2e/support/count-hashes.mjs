import { isMainThread, Worker } from "node:worker_threads"

/** Preloaded by `--import`: the server logs a line for every password that is made a hash of, or checked. */
if (isMainThread) {
	const { postMessage } = Worker.prototype
	Worker.prototype.postMessage = function (task, ...rest) {
		if (task?.kind === "make" || task?.kind === "check")
			process.stdout.write(`${JSON.stringify({ event: "test.hash" })}\n`)
		return postMessage.call(this, task, ...rest)
	}
}
