import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible"
import { config } from "../../auth.config"
import type { LimitName } from "../../auth.config.check.server"
import { type Refusal, refusal } from "../refusal"

/** Keys that are remembered per limit, at about 300 bytes each. */
const MAX_KEYS = 50_000

/**
 * The library's counter in memory, with a bound on its keys. The key unused for longest makes room, but never one that
 * is blocked; when all are, newcomers are refused, for a full memory must not become a way around the limits.
 */
export class BoundedLimiter {
	readonly #limiter: RateLimiterMemory
	readonly #counts: "tries" | "mails"
	/** In order of use. The value is when a blocked key is free again, in ms, or 0. */
	readonly #blockedUntil = new Map<string, number>()

	constructor(name: LimitName) {
		const { points, durationSeconds, blockSeconds } = config.limits[name]
		const options = { points, duration: durationSeconds, blockDuration: blockSeconds ?? 0 }
		this.#limiter = new RateLimiterMemory({ keyPrefix: name, ...options })
		this.#counts = name.startsWith("mail") ? "mails" : "tries"
	}

	async consume(key: string): Promise<Refusal<"rate_limited"> | null> {
		if (!this.#blockedUntil.has(key) && !this.#makeRoom()) return this.#refuse(this.#limiter.duration * 1000)
		try {
			const { remainingPoints, msBeforeNext } = await this.#limiter.consume(key)
			this.#touch(key, remainingPoints > 0 ? 0 : Date.now() + msBeforeNext)
			return null
		} catch (result) {
			if (!(result instanceof RateLimiterRes)) throw result
			// Only what was let in counts: else many right tries at once would block their owner like wrong ones.
			// A block begins with the one that is too much, which keeps its place until the block ends.
			const isFirst = this.#limiter.blockDuration > 0 && result.consumedPoints === this.#limiter.points + 1
			if (!isFirst) await this.#limiter.reward(key)
			this.#touch(key, Date.now() + result.msBeforeNext)
			return this.#refuse(result.msBeforeNext)
		}
	}

	async refund(key: string): Promise<void> {
		if (!this.#blockedUntil.has(key)) return
		let { consumedPoints } = await this.#limiter.reward(key)
		// Who was blocked by tries that cost nothing after all is free again, and the one that was too much goes, too.
		if (consumedPoints === this.#limiter.points && this.#limiter.blockDuration > 0)
			consumedPoints = (await this.#limiter.reward(key)).consumedPoints
		if (consumedPoints < this.#limiter.points) this.#blockedUntil.set(key, 0)
		// The window ended meanwhile: what was counted in it is no credit for the next.
		if (consumedPoints < 0) await this.#limiter.delete(key)
	}

	async forget(key: string): Promise<void> {
		this.#blockedUntil.delete(key)
		await this.#limiter.delete(key)
	}

	#refuse(milliseconds: number): Refusal<"rate_limited"> {
		const retryAfterSeconds = Math.max(1, Math.ceil(milliseconds / 1000))
		return refusal("rate_limited", { counts: this.#counts, retryAfterSeconds, limit: this.#limiter.points })
	}

	#touch(key: string, blockedUntil: number): void {
		this.#blockedUntil.delete(key)
		this.#blockedUntil.set(key, blockedUntil)
	}

	#makeRoom(): boolean {
		if (this.#blockedUntil.size < MAX_KEYS) return true
		for (const [key, blockedUntil] of this.#blockedUntil) {
			if (blockedUntil > Date.now()) continue
			this.#blockedUntil.delete(key)
			void this.#limiter.delete(key)
			return true
		}
		return false
	}
}
