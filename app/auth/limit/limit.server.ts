import type { LimitName } from "../../auth.config.check.server"
import type { Refusal } from "../refusal"
import { BoundedLimiter } from "./bounded-limiter.server"

/** A limit, whose count it is (a client address, an account, a mailbox), and from where it is counted. */
export type Charge = readonly [name: LimitName, key: string, address: string]

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
	for (const [index, [name, key, address]] of charges.entries()) {
		const refused = await limiterFor(name).consume(key, address)
		if (refused) {
			await refund(...charges.slice(0, index))
			return refused
		}
	}
	return null
}

/** Gives back what was charged for work that turned out to cost nothing. */
export async function refund(...charges: Charge[]): Promise<void> {
	await Promise.all(charges.map(([name, key]) => limiterFor(name).refund(key)))
}

/** Forgets all wrong tries of one account, after its owner proved to be there. */
export async function forgive(name: LimitName, key: string): Promise<void> {
	await limiterFor(name).forget(key)
}

const limiters = new Map<LimitName, BoundedLimiter>()

function limiterFor(name: LimitName): BoundedLimiter {
	const limiter = limiters.get(name) ?? new BoundedLimiter(name)
	limiters.set(name, limiter)
	return limiter
}
