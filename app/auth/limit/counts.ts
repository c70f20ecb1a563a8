import { config } from "../../auth.config"
import type { LimitName } from "../../auth.config.check.server"
import { type Refusal, refusal } from "../refusal"

/** A limit, whose count it is (a client address, an account, a mailbox), and from where it is counted. */
export type Charge = readonly [name: LimitName, key: string, address: string]

/** Where charges are counted: in this process, or where several of them count together. */
export type Counts = {
	/** Takes all of them, or none. @returns the refusal `rate_limited` when any of the limits is used up, else null */
	take: (charges: readonly Charge[]) => Promise<Refusal<"rate_limited"> | null>
	/** Nothing is given back of what is no longer counted. */
	giveBack: (charges: readonly Charge[]) => Promise<void>
	/** Forgets all that was charged to the same key. */
	forget: (charge: Charge) => Promise<void>
}

/** Counts beyond this process: each call may fail, or take long. */
export type SharedCounts = Counts & {
	/** What the log calls it. */
	place: "redis" | "postgresql"
	/** Whether it takes what is written there. @throws when it does not */
	probe: () => Promise<unknown>
	/**
	 * The other end may be gone without a word; and after a failover, the same name may lead to another one. What the old
	 * connection was asked may still be answered: whoever asked has to hear of it.
	 */
	reconnect: () => void
	/** @returns what the log may say of a fault: no address, no key */
	reasonOf: (error: unknown) => string
	close: () => void
}

/** Keys that one limit remembers for what one neighbourhood sent, an IPv4 /24 or an IPv6 /48 … */
export const MAX_KEYS_PER_NEIGHBOURHOOD = 5_000
/** … and how many a household there has in any case, whatever its neighbours send. */
export const MIN_KEYS_PER_HOME = 50

/** A limit's numbers. */
export function rulesOf(name: LimitName): { points: number; windowMs: number; blockMs: number } {
	const { points, durationSeconds, blockSeconds = 0 } = config.limits[name]
	return { points, windowMs: durationSeconds * 1000, blockMs: blockSeconds * 1000 }
}

/** Which limit refused: for the operator, and not for the client. */
const limits = new WeakMap<Refusal<"rate_limited">, LimitName>()

/** @param milliseconds until it may be tried again */
export function rateLimited(name: LimitName, milliseconds: number): Refusal<"rate_limited"> {
	const retryAfterSeconds = Math.max(1, Math.ceil(milliseconds / 1000))
	const counts = name.startsWith("mail") ? "mails" : "tries"
	const refused = refusal("rate_limited", { counts, retryAfterSeconds, limit: config.limits[name].points })
	limits.set(refused, name)
	return refused
}

/** @param refused what {@link rateLimited} gave @throws for any other */
export function limitOf(refused: Refusal<"rate_limited">): LimitName {
	const name = limits.get(refused)
	if (!name) throw new Error("This refusal is of no limit")
	return name
}
