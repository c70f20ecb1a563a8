import { env } from "../../env.server"
import type { Refusal } from "../refusal"
import type { Charge, Counts } from "./counts"
import { CountsInMemory } from "./counts-in-memory.server"
import { CountsWithFallback } from "./counts-with-fallback.server"

export type { Charge }

const counts = await chooseCounts()

/**
 * Counts before the work is done, so that a hundred tries at once are not a hundred tries allowed, and gives it back
 * when the work was not done after all: refused, or broken off.
 *
 * @returns what the work gives, or the refusal `rate_limited` when any of the limits is used up
 */
export async function charging<Outcome extends { ok: boolean }>(
	charges: Charge[],
	work: () => Promise<Outcome>,
): Promise<Outcome | Refusal<"rate_limited">> {
	const limited = await charge(...charges)
	if (limited) return limited
	try {
		const outcome = await work()
		if (!outcome.ok) await refund(...charges)
		return outcome
	} catch (error) {
		await refund(...charges)
		throw error
	}
}

/** @returns the refusal `rate_limited` when any of the limits is used up, else null. */
export async function charge(...charges: Charge[]): Promise<Refusal<"rate_limited"> | null> {
	return charges.length > 0 ? counts.take(charges) : null
}

/** Gives back what was charged for work that turned out to cost nothing: the very same charges. */
export async function refund(...charges: Charge[]): Promise<void> {
	if (charges.length > 0) await counts.giveBack(charges)
}

/** Forgets all wrong tries of one account, after its owner proved to be there. */
export async function forgive(charge: Charge): Promise<void> {
	await counts.forget(charge)
}

/**
 * Looks whether counts that are shared can be reached. Where they cannot, it is logged, and this process counts by
 * itself.
 */
export async function openLimits(): Promise<void> {
	if (counts instanceof CountsWithFallback) await counts.open()
}

export function closeLimits(): void {
	if (counts instanceof CountsWithFallback) counts.close()
}

/** Loads only what is used. */
async function chooseCounts(): Promise<Counts> {
	if (env.redisUrl) {
		const { CountsInRedis } = await import("./counts-in-redis.server")
		return new CountsWithFallback(new CountsInRedis(env.redisUrl))
	}
	if (!env.databaseUrl.startsWith("file:")) {
		const { CountsInPostgres } = await import("./counts-in-postgres.server")
		return new CountsWithFallback(new CountsInPostgres())
	}
	return new CountsInMemory()
}
