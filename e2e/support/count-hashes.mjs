import { isMainThread, MessagePort } from "node:worker_threads"

/** Preloaded by `--import`: the server logs a line for every password that is made a hash of, or checked. */
if (isMainThread) {
	// Of which a worker's own is one.
	const { postMessage } = MessagePort.prototype
	MessagePort.prototype.postMessage = function (message, ...rest) {
		const kind = message?.task?.kind
		if (kind === "make" || kind === "check")
			process.stdout.write(`${JSON.stringify({ event: "test.hash" })}\n`)
		return postMessage.call(this, message, ...rest)
	}
}
