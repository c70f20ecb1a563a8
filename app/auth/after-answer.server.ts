import { randomUUID } from "node:crypto"
import { setTimeout as pause } from "node:timers/promises"
import { isDatabaseUnavailable } from "../db/client.server"
import { log } from "../log.server"

/** Long enough for the answer to be on its way, short enough for nobody to notice. */
const DELAY_MS = 50
/** Pauses before work that found the database away is tried again: somebody was told that it will be done. */
const RETRY_DELAYS_MS = [1_000, 5_000, 20_000, 60_000]

const pending = new Set<Promise<void>>()

/**
 * Does work whose mere duration would tell something, such as whether an account exists, once the answer is out.
 * It outlasts a short outage of the database, but not the process: only for what people can ask for again.
 *
 * @param work is done again where the database was away, and gets the same id each time: a commit may be made and never
 *   acknowledged, so whatever must not happen twice is stored under it
 */
export function afterAnswer(work: (id: string) => Promise<void>): void {
	const id = randomUUID()
	const done: Promise<void> = pause(DELAY_MS)
		.then(() => outlastingOutages(() => work(id)))
		.catch((error) => log.error({ event: "after_answer.failed", err: error }, "Work after an answer failed"))
		.finally(() => pending.delete(done))
	pending.add(done)
}

/** Waits for what is still to be done, and for what that leads to. */
export async function finishAfterAnswers(): Promise<void> {
	while (pending.size > 0) await Promise.all(pending)
}

async function outlastingOutages(work: () => Promise<void>): Promise<void> {
	for (const delay of RETRY_DELAYS_MS) {
		try {
			return await work()
		} catch (error) {
			if (!isDatabaseUnavailable(error)) throw error
		}
		await pause(delay, undefined, { ref: false })
	}
	return work()
}
