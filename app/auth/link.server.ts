import { isSignature, sign } from "./signature.server"
import type { User } from "./user/user.server"

type LinkPurpose = "verify"

export const linkFields = ["user_id", "timestamp", "signature"] as const
export type LinkParameters = Record<(typeof linkFields)[number], string>

/** How far ahead another server's clock may be. */
const MAX_CLOCK_SKEW_SECONDS = 60

/**
 * What a link depends on. It is signed but not sent: when any of it changes, every link made before is dead.
 * That is also what makes a verification link work once.
 */
const signedState = {
	verify: (user: User) => [user.emailKey, user.epoch, user.emailVerifiedAt?.getTime() ?? null],
} satisfies Record<LinkPurpose, (user: User) => unknown[]>

/** @returns what goes into the link's query. Times are unix seconds. */
export function signLink(purpose: LinkPurpose, user: User, now: Date): LinkParameters {
	const timestamp = String(Math.floor(now.getTime() / 1000))
	return {
		user_id: user.id,
		timestamp,
		signature: sign(`link/${purpose}`, message(purpose, user, timestamp)),
	}
}

/** `expired` is only ever said of a genuine signature. */
export function checkLink(
	purpose: LinkPurpose,
	link: LinkParameters,
	user: User,
	{ periodSeconds, now }: { periodSeconds: number; now: Date },
): "valid" | "link_expired" | "link_invalid" {
	if (!isSignature(`link/${purpose}`, message(purpose, user, link.timestamp), link.signature))
		return "link_invalid"
	const ageSeconds = now.getTime() / 1000 - Number(link.timestamp)
	if (ageSeconds < -MAX_CLOCK_SKEW_SECONDS) return "link_invalid"
	return ageSeconds <= periodSeconds ? "valid" : "link_expired"
}

/** @returns the parameters if they could be a link of ours, each given once and in its only spelling. */
export function parseLink(values: Record<string, unknown>): LinkParameters | null {
	const { user_id, timestamp, signature } = values
	if (typeof user_id !== "string" || !/^[0-9a-f-]{36}$/.test(user_id)) return null
	if (typeof timestamp !== "string" || !/^[1-9][0-9]{0,11}$/.test(timestamp)) return null
	if (typeof signature !== "string" || !/^[A-Za-z0-9_-]{43}$/.test(signature)) return null
	return { user_id, timestamp, signature }
}

/** JSON keeps the borders between fields where they are: "1" + "23" never reads as "12" + "3". */
function message(purpose: LinkPurpose, user: User, timestamp: string): string {
	return JSON.stringify([user.id, timestamp, ...signedState[purpose](user)])
}
