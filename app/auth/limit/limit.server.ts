import { env } from "../../env.server"
import { countLimitRefusal } from "../../metrics.server"
import type { Refusal } from "../refusal"
import { type Charge, type Counts, limitOf } from "./counts"
import { CountsInMemory } from "./counts-in-memory.server"
import { CountsWithFallback } from "./counts-with-fallback.server"
import { OpenTries } from "./open-tries"

export type { Charge }

/** How long a try waits for others to be decided, and when it is told to come back. */
const MAX_WAIT_MS = 1_500
const RETRY_AFTER_SECONDS = 2

const counts = await chooseCounts()

const open = new OpenTries()

/**
 * Counts before the work is done, so that a hundred tries at once are not a hundred tries allowed, and gives it back
 * when the work was not done after all: refused, or broken off. Where a limit is used up by tries that are not decided
 * yet, it waits for these: they may cost nothing after all.
 *
 * @param work gives back by itself what it finds to cost nothing
 * @returns what the work gives, or the refusal `rate_limited` when any of the limits is used up
 */
export async function charging<Outcome extends { ok: boolean }>(
	charges: Charge[],
	work: () => Promise<Outcome>,
): Promise<Outcome | Refusal<"rate_limited">> {
	const limited = await chargeOnceDecided(charges)
	if (limited) return limited
	const outcome = workFor(charges, work)
	open.add(charges, outcome)
	return outcome
}

async function workFor<Outcome extends { ok: boolean }>(
	charges: Charge[],
	work: () => Promise<Outcome>,
): Promise<Outcome> {
	try {
		const outcome = await work()
		if (!outcome.ok) await refund(...charges)
		return outcome
	} catch (error) {
		await refund(...charges)
		throw error
	}
}

/**
 * Waits for those that use up the limit in question; without any, it is used up for good. Each one decided wakes one
 * that waits: hundreds that looked again each time would keep everybody busy.
 */
async function chargeOnceDecided(charges: Charge[]): Promise<Refusal<"rate_limited"> | null> {
	const deadline = performance.now() + MAX_WAIT_MS
	let waitedFor: Charge[] = []
	for (;;) {
		const limited = await take(charges)
		const name = limited && limitOf(limited)
		const limiting = charges.filter(([limit]) => limit === name)
		const isOpen = open.has(limiting)
		// A place was free, and maybe more are; or none is, nor will be; or it is another limit now.
		if (!isOpen || waitedFor[0]?.[0] !== name) open.callNext(waitedFor)
		if (!limited || !name) return null
		const left = deadline - performance.now()
		if (!isOpen || left <= 0) {
			countLimitRefusal(name)
			return isOpen ? { ...limited, retryAfterSeconds: RETRY_AFTER_SECONDS } : limited
		}
		await open.waitInLine(limiting, left)
		waitedFor = limiting
	}
}

async function take(charges: Charge[]): Promise<Refusal<"rate_limited"> | null> {
	return charges.length > 0 ? counts.take(charges) : null
}

/** @returns the refusal `rate_limited` when any of the limits is used up, else null. */
export async function charge(...charges: Charge[]): Promise<Refusal<"rate_limited"> | null> {
	const limited = await take(charges)
	if (limited) countLimitRefusal(limitOf(limited))
	return limited
}

/** Gives back what was charged for work that turned out to cost nothing: the very same charges. */
export async function refund(...charges: Charge[]): Promise<void> {
	if (charges.length > 0) await counts.giveBack(charges)
}

/** Forgets all wrong tries of one account, after its owner proved to be there. */
export async function forgive(charge: Charge): Promise<void> {
	await counts.forget(charge)
}

/** Checks whether shared counts can be reached. Where they cannot, it is logged, and this process counts by itself. */
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
