import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible"
import type { LimitName } from "../../auth.config.check.server"
import { HOME, NEIGHBOURHOOD, networkOf } from "../../network"
import type { Refusal } from "../refusal"
import { MAX_KEYS_PER_NEIGHBOURHOOD, MIN_KEYS_PER_HOME, rateLimited, rulesOf } from "./counts"

/** Keys that are remembered per limit, at about 400 bytes each. */
const MAX_KEYS = 50_000
/** How far it looks for a place: the windows that end first come first. */
const MAX_LOOKS = 100

/** Times are those of `performance.now()`: a step of the system's clock frees nobody. */
type Entry = {
	home: string
	neighbourhood: string
	endsAt: number
	/** `used_up`: the next one is too much. `blocked`: there was one, and `blockSeconds` count. */
	state: "open" | "used_up" | "blocked"
}

/**
 * The library's counter in memory, with a bound on its keys. A household that fills its neighbourhood's share is
 * refused further ones, but loses none of its counts: else it could have them forgotten by sending more. When all is
 * full, an open key makes room, the oldest first, but never one that is used up or blocked; when all are, newcomers are
 * refused, as a full memory must not become a way around the limits.
 */
export class BoundedLimiter {
	readonly #limiter: RateLimiterMemory
	readonly #name: LimitName
	readonly #blockMs: number
	/** The oldest windows first, here and in each neighbourhood's share. */
	readonly #entries = new Map<string, Entry>()
	readonly #shares = new Map<string, Set<string>>()
	/** Those that may make room, in the order in which they became open. */
	readonly #open = new Set<string>()
	/** How many keys each household has. */
	readonly #homes = new Map<string, number>()

	constructor(name: LimitName) {
		const { points, windowMs, blockMs } = rulesOf(name)
		this.#name = name
		this.#blockMs = blockMs
		this.#limiter = new RateLimiterMemory({ keyPrefix: name, points, duration: windowMs / 1000 })
	}

	/** @param address of the client whose share of the memory a new key takes */
	async consume(key: string, address: string): Promise<Refusal<"rate_limited"> | null> {
		const now = performance.now()
		// What was counted before a block ends with it.
		if (this.#hasServed(key)) await this.forget(key)
		const known = this.#entries.get(key)
		if (known && known.state !== "open" && known.endsAt > now) return this.#refuseMore(known)
		const entry = known ?? this.#admit(key, address, now)
		if (!entry) return rateLimited(this.#name, this.#windowMs)
		try {
			this.#note(key, entry, await this.#limiter.consume(key))
			return null
		} catch (result) {
			if (!(result instanceof RateLimiterRes)) throw result
			// Only what was let in counts: else many right tries at once would block their owner like wrong ones.
			await this.#limiter.reward(key)
			if (entry.state !== "blocked") this.#note(key, entry, result)
			return this.#refuseMore(entry)
		}
	}

	async refund(key: string): Promise<void> {
		const entry = this.#entries.get(key)
		if (!entry) return
		const { consumedPoints, msBeforeNext } = await this.#limiter.reward(key)
		// Anyone blocked by tries that cost nothing after all is free again.
		if (consumedPoints < this.#limiter.points) this.#set(key, entry, "open", msBeforeNext)
		// Nothing is left to remember; and where the window ended meanwhile, what was counted in it is no credit for the
		// next.
		if (consumedPoints <= 0) await this.forget(key)
	}

	async forget(key: string): Promise<void> {
		const entry = this.#entries.get(key)
		if (!entry) return
		this.#remove(key, entry)
		await this.#limiter.delete(key)
	}

	get #windowMs(): number {
		return this.#limiter.duration * 1000
	}

	#hasServed(key: string): boolean {
		const entry = this.#entries.get(key)
		return entry?.state === "blocked" && hasEnded(entry)
	}

	/** A block begins with the first one that is too much. */
	#refuseMore(entry: Entry): Refusal<"rate_limited"> {
		if (this.#blockMs > 0 && entry.state === "used_up") {
			entry.state = "blocked"
			entry.endsAt = performance.now() + this.#blockMs
		}
		return rateLimited(this.#name, entry.endsAt - performance.now())
	}

	/** @returns null where there is no room */
	#admit(key: string, address: string, now: number): Entry | null {
		const home = networkOf(address, HOME)
		const neighbourhood = networkOf(address, NEIGHBOURHOOD)
		if (!this.#makeRoom(home, neighbourhood)) return null
		const entry: Entry = { home, neighbourhood, endsAt: now + this.#windowMs, state: "open" }
		this.#add(key, entry)
		return entry
	}

	#add(key: string, entry: Entry): void {
		this.#entries.set(key, entry)
		const share = this.#shares.get(entry.neighbourhood) ?? new Set()
		this.#shares.set(entry.neighbourhood, share.add(key))
		this.#homes.set(entry.home, (this.#homes.get(entry.home) ?? 0) + 1)
	}

	#remove(key: string, entry: Entry): void {
		if (!this.#entries.delete(key)) return
		this.#open.delete(key)
		const share = this.#shares.get(entry.neighbourhood)
		share?.delete(key)
		if (share?.size === 0) this.#shares.delete(entry.neighbourhood)
		const left = (this.#homes.get(entry.home) ?? 0) - 1
		if (left > 0) this.#homes.set(entry.home, left)
		else this.#homes.delete(entry.home)
	}

	/** What the library counted. By its clock a window may seem to last longer than any does. */
	#note(
		key: string,
		entry: Entry,
		{ isFirstInDuration, remainingPoints, msBeforeNext }: RateLimiterRes,
	): void {
		if (isFirstInDuration && this.#entries.has(key)) {
			this.#remove(key, entry)
			this.#add(key, entry)
		}
		this.#set(key, entry, remainingPoints === 0 ? "used_up" : "open", msBeforeNext)
	}

	#set(key: string, entry: Entry, state: Entry["state"], msBeforeNext: number): void {
		entry.state = state
		if (state !== "open") this.#open.delete(key)
		else if (this.#entries.get(key) === entry) this.#open.add(key)
		entry.endsAt = performance.now() + Math.min(msBeforeNext, this.#windowMs)
	}

	#makeRoom(home: string, neighbourhood: string): boolean {
		const share = this.#shares.get(neighbourhood)
		const isFull = share && share.size >= MAX_KEYS_PER_NEIGHBOURHOOD && !this.#forgetOne(share, hasEnded)
		if (isFull && (this.#homes.get(home) ?? 0) >= MIN_KEYS_PER_HOME) return false
		if (this.#entries.size < MAX_KEYS) return true
		return this.#forgetOne(this.#entries.keys(), hasEnded) || this.#forgetOne(this.#open, () => true)
	}

	#forgetOne(keys: Iterable<string>, mayGo: (entry: Entry) => boolean): boolean {
		let looks = 0
		for (const key of keys) {
			if (looks++ === MAX_LOOKS) return false
			const entry = this.#entries.get(key)
			if (!entry || !mayGo(entry)) continue
			void this.forget(key)
			return true
		}
		return false
	}
}

function hasEnded({ endsAt }: Entry): boolean {
	return endsAt <= performance.now()
}
