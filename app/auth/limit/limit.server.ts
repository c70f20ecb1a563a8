import { setTimeout as pause } from "node:timers/promises"
import { env } from "../../env.server"
import type { Refusal } from "../refusal"
import { type Charge, type Counts, noteRefusal } from "./counts"
import { CountsInMemory } from "./counts-in-memory.server"
import { CountsWithFallback } from "./counts-with-fallback.server"

export type { Charge }

/** A try waits so long for others to be decided, and is told to come back as soon as that. */
const MAX_WAIT_MS = 1_500
const RETRY_AFTER_SECONDS = 2

const counts = await chooseCounts()

/** Tries of this process that are not decided yet, by each of what they are counted into. */
const undecided = new Map<string, Set<Promise<unknown>>>()

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
	const decided = outcome.catch(() => {})
	for (const charge of charges) undecidedOf(charge).add(decided)
	void decided.then(() => {
		for (const charge of charges) {
			const others = undecidedOf(charge)
			others.delete(decided)
			if (others.size === 0) undecided.delete(keyOf(charge))
		}
	})
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

async function chargeOnceDecided(charges: Charge[]): Promise<Refusal<"rate_limited"> | null> {
	const deadline = performance.now() + MAX_WAIT_MS
	for (;;) {
		const limited = charges.length > 0 ? await counts.take(charges) : null
		if (!limited) return null
		const others = charges.flatMap((each) => [...(undecided.get(keyOf(each)) ?? [])])
		const left = deadline - performance.now()
		if (others.length === 0 || left <= 0) {
			noteRefusal(limited)
			return others.length === 0 ? limited : { ...limited, retryAfterSeconds: RETRY_AFTER_SECONDS }
		}
		await Promise.race([...others, pause(left, undefined, { ref: false })])
	}
}

function undecidedOf(charge: Charge): Set<Promise<unknown>> {
	const found = undecided.get(keyOf(charge)) ?? new Set()
	undecided.set(keyOf(charge), found)
	return found
}

function keyOf([limit, key]: Charge): string {
	return `${limit} ${key}`
}

/** @returns the refusal `rate_limited` when any of the limits is used up, else null. */
export async function charge(...charges: Charge[]): Promise<Refusal<"rate_limited"> | null> {
	const limited = charges.length > 0 ? await counts.take(charges) : null
	if (limited) noteRefusal(limited)
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
