import { log } from "../log.server"

/**
 * What nobody waited for must not take everybody's accounts down: a promise that is rejected unheard, as a forgotten
 * `await` in a fork's code leaves it, is logged, and the server goes on. What is thrown where nobody catches it may
 * have left something half done: it still ends the process, and whoever started it starts it again.
 *
 * @returns what stops listening
 */
export function logUnhandledRejections(): () => void {
	const listener = (reason: unknown) =>
		log.error(
			{ event: "rejection.unhandled", err: reason },
			"A promise was rejected, and nobody waited for it",
		)
	process.on("unhandledRejection", listener)
	return () => process.off("unhandledRejection", listener)
}
