import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible"
import { config } from "../../auth.config"
import type { LimitName } from "../../auth.config.check.server"
import { type Refusal, refusal } from "../refusal"

/** Keys that are remembered per limit, at about 400 bytes each … */
const MAX_KEYS = 50_000
/** … and how many of them by what one network sent. */
const MAX_KEYS_PER_NETWORK = 5_000
/** How far a place is looked for: the windows that end first stand in front. */
const MAX_LOOKS = 100

/** Times are those of `performance.now()`: a step of the system's clock frees nobody. */
type Entry = {
	network: string
	endsAt: number
	/** `used_up`: the next one is too much. `blocked`: there was one, and `blockSeconds` count. */
	state: "open" | "used_up" | "blocked"
}

/**
 * The library's counter in memory, with a bound on its keys. A network that fills its share is refused further ones, and
 * loses none of its counts: else it could have them forgotten by sending more. When all is full, the key whose window is
 * oldest makes room, but never one that is blocked; when all are, newcomers are refused, for a full memory must not become
 * a way around the limits.
 */
export class BoundedLimiter {
	readonly #limiter: RateLimiterMemory
	readonly #counts: "tries" | "mails"
	readonly #blockMs: number
	/** The oldest windows first, here and in each network's share. */
	readonly #entries = new Map<string, Entry>()
	readonly #shares = new Map<string, Set<string>>()

	constructor(name: LimitName) {
		const { points, durationSeconds, blockSeconds = 0 } = config.limits[name]
		this.#counts = name.startsWith("mail") ? "mails" : "tries"
		this.#blockMs = blockSeconds * 1000
		this.#limiter = new RateLimiterMemory({ keyPrefix: name, points, duration: durationSeconds })
	}

	/** @param network whose share of the memory a new key takes */
	async consume(key: string, network: string): Promise<Refusal<"rate_limited"> | null> {
		const now = performance.now()
		// What was counted before a block is over with it.
		if (this.#hasServed(key)) await this.forget(key)
		const known = this.#entries.get(key)
		if (known && known.state !== "open" && known.endsAt > now) return this.#refuseMore(known)
		if (!known && !this.#makeRoom(network)) return this.#refuse(this.#windowMs)
		const entry = known ?? this.#add(key, { network, endsAt: now + this.#windowMs, state: "open" })
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
		// Who was blocked by tries that cost nothing after all is free again.
		if (consumedPoints < this.#limiter.points) this.#set(entry, "open", msBeforeNext)
		// Nothing is left to remember; and where the window ended meanwhile, what was counted in it is no credit for the next.
		if (consumedPoints <= 0) await this.forget(key)
	}

	async forget(key: string): Promise<void> {
		const entry = this.#entries.get(key)
		if (!entry) return
		this.#entries.delete(key)
		const share = this.#shares.get(entry.network)
		share?.delete(key)
		if (share?.size === 0) this.#shares.delete(entry.network)
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
		return this.#refuse(entry.endsAt - performance.now())
	}

	#refuse(milliseconds: number): Refusal<"rate_limited"> {
		const retryAfterSeconds = Math.max(1, Math.ceil(milliseconds / 1000))
		return refusal("rate_limited", { counts: this.#counts, retryAfterSeconds, limit: this.#limiter.points })
	}

	#add(key: string, entry: Entry): Entry {
		this.#entries.set(key, entry)
		const share = this.#shares.get(entry.network) ?? new Set()
		this.#shares.set(entry.network, share.add(key))
		return entry
	}

	/** What the library counted. By its clock a window may seem to last longer than any does. */
	#note(
		key: string,
		entry: Entry,
		{ isFirstInDuration, remainingPoints, msBeforeNext }: RateLimiterRes,
	): void {
		if (isFirstInDuration && this.#entries.delete(key)) {
			this.#shares.get(entry.network)?.delete(key)
			this.#add(key, entry)
		}
		this.#set(entry, remainingPoints === 0 ? "used_up" : "open", msBeforeNext)
	}

	#set(entry: Entry, state: Entry["state"], msBeforeNext: number): void {
		entry.state = state
		entry.endsAt = performance.now() + Math.min(msBeforeNext, this.#windowMs)
	}

	#makeRoom(network: string): boolean {
		const share = this.#shares.get(network)
		if (share && share.size >= MAX_KEYS_PER_NETWORK && !this.#forgetOne(share, hasEnded)) return false
		if (this.#entries.size < MAX_KEYS) return true
		return this.#forgetOne(this.#entries.keys(), (entry) => hasEnded(entry) || entry.state === "open")
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
