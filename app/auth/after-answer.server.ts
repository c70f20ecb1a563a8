import { setTimeout as pause } from "node:timers/promises"
import { log } from "../log.server"

/** Long enough for the answer to be on its way, short enough for nobody to notice. */
const DELAY_MS = 50

const pending = new Set<Promise<void>>()

/**
 * Does work whose mere duration would tell something, such as whether an account exists, once the answer is out.
 * It is best effort: only for what people can ask for again.
 */
export function afterAnswer(work: () => Promise<void>): void {
	const done: Promise<void> = pause(DELAY_MS)
		.then(work)
		.catch((error) => log.error({ event: "after_answer.failed", err: error }, "Work after an answer failed"))
		.finally(() => pending.delete(done))
	pending.add(done)
}

/** Waits for what is still to be done, and for what that leads to. */
export async function finishAfterAnswers(): Promise<void> {
	while (pending.size > 0) await Promise.all(pending)
}
