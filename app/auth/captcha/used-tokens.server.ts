import { createHash } from "node:crypto"

/** Longer than any provider takes a token for. */
const KEEP_MS = 10 * 60 * 1000
/** As many as come in that time; beyond it the oldest are forgotten: the provider still knows them. */
const MAX_KEPT = 20_000

/**
 * Tokens that were shown here, so that each is good for one form. Providers say no to the second use as well; here it
 * is known at once, even of two that come together.
 */
export class UsedTokens {
	readonly #until = new Map<string, number>()

	/** @returns whether it was shown for the first time */
	use(token: string, now = Date.now()): boolean {
		// In the order in which they came, so the first ones are the oldest.
		for (const [key, until] of this.#until) {
			if (until > now && this.#until.size < MAX_KEPT) break
			this.#until.delete(key)
		}
		const key = keyOf(token)
		if (this.#until.has(key)) return false
		this.#until.set(key, now + KEEP_MS)
		return true
	}

	/** After a check that could not be made. */
	giveBack(token: string): void {
		this.#until.delete(keyOf(token))
	}
}

function keyOf(token: string): string {
	return createHash("sha256").update(token).digest("base64")
}
