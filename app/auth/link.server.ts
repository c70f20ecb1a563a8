import { config } from "../auth.config"
import { env } from "../env.server"
import { type Refusal, refusal } from "./refusal"
import { isSignature, sign } from "./signature.server"
import { findUser, type User } from "./user/user.server"
import { verificationUrl } from "./verification-url.server"

type LinkDefinition = {
	/** The page that it leads to. */
	path: string
	periodSeconds: number
	/** Whether there is anything to use it for. */
	isOpen: (user: User) => boolean
	/**
	 * What a link depends on. It is signed but not sent: when any of it changes, every link made before is dead.
	 * That is also what makes a link work once.
	 */
	signedState: (user: User) => unknown[]
}

/** What a mailed link is for. Each purpose signs with a key of its own, named after it. */
const links = {
	verify: {
		path: "/verify",
		periodSeconds: config.verification.periodSeconds,
		isOpen: ({ emailVerifiedAt }) => !config.verification.oneTimeUse || emailVerifiedAt === null,
		signedState: ({ emailKey, epoch, emailVerifiedAt }) => [
			emailKey,
			epoch,
			config.verification.oneTimeUse ? time(emailVerifiedAt) : null,
		],
	},
	reset: {
		path: "/reset-password",
		periodSeconds: config.passwordReset.periodSeconds,
		isOpen: ({ resetRequestedAt }) => resetRequestedAt !== null,
		// Not the hash: that is made anew, for the same password, when it is out of date.
		signedState: ({ emailKey, epoch, resetRequestedAt }) => [emailKey, epoch, time(resetRequestedAt)],
	},
	email_change: {
		path: "/account/email/confirm",
		periodSeconds: config.emailChange.periodSeconds,
		isOpen: ({ pendingEmailKey }) => pendingEmailKey !== null,
		signedState: ({ emailKey, epoch, pendingEmailKey, pendingEmailAt }) => [
			emailKey,
			epoch,
			pendingEmailKey,
			time(pendingEmailAt),
		],
	},
} satisfies Record<string, LinkDefinition>

export type LinkPurpose = keyof typeof links
export type LinkRefusal = Refusal<"link_invalid" | "link_expired">

export const linkFields = ["user_id", "timestamp", "signature"] as const
export type LinkParameters = Record<(typeof linkFields)[number], string>

/** How far ahead another server's clock may be. */
const MAX_CLOCK_SKEW_SECONDS = 60
/** Each costs a signature; few people change their password more often while they keep the first mail. */
const MAX_EPOCHS_BACK = 10

/** Whose link this is, if it works. Changes nothing: mail scanners follow links too. */
export async function openLink(
	purpose: LinkPurpose,
	values: Record<string, unknown>,
	now: Date,
): Promise<{ ok: true; user: User } | LinkRefusal> {
	const link = parseLink(values)
	const user = link && (await findUser(link.user_id))
	if (!link || !user?.active) return refusal("link_invalid")
	const state = checkLink(purpose, link, user, now)
	if (state !== "valid") return refusal(state)
	return links[purpose].isOpen(user) ? { ok: true, user } : refusal("link_invalid")
}

/**
 * Who confirmed an address by this link, or by another one for it, however long ago. A person who opens it again finds
 * nothing wrong. Null for what is no link of ours, and where another address replaced that one.
 */
export async function findConfirmed(values: Record<string, unknown>): Promise<User | null> {
	const link = parseLink(values)
	const user = link && (await findUser(link.user_id))
	if (!link || !user?.active || user.emailVerifiedAt === null) return null
	// As the account was when the link was mailed: not confirmed, and with the password of that time.
	for (let back = 0; back <= Math.min(user.epoch, MAX_EPOCHS_BACK); back++) {
		const then = { ...user, epoch: user.epoch - back, emailVerifiedAt: null }
		if (isSignature("link/verify", message("verify", then, link.timestamp), link.signature)) return user
	}
	return null
}

/** Whose link this is, if it is too old, so that a new one can be sent there. Null for any other. */
export async function findExpired(
	purpose: LinkPurpose,
	values: Record<string, unknown>,
	now: Date,
): Promise<User | null> {
	const link = parseLink(values)
	const user = link && (await findUser(link.user_id))
	if (!link || !user?.active || !links[purpose].isOpen(user)) return null
	return checkLink(purpose, link, user, now) === "link_expired" ? user : null
}

/** Whether a link for this can be used at all, and so is worth a mail. */
export function isLinkOpen(purpose: LinkPurpose, user: User): boolean {
	return links[purpose].isOpen(user)
}

/**
 * The link as it is mailed. Its host is `APP_URL`'s or the front end's, whatever the request said.
 *
 * @param redirectTo where it leads on to; not signed, so it is checked again when it comes back
 */
export function linkUrl(
	purpose: LinkPurpose,
	user: User,
	now: Date,
	redirectTo: string | null = null,
): string {
	const query = { ...signLink(purpose, user, now), ...(redirectTo && { redirect_to: redirectTo }) }
	if (purpose === "verify") return verificationUrl(query)
	return `${env.appUrl}${links[purpose].path}?${new URLSearchParams(query)}`
}

export function linkPeriodSeconds(purpose: LinkPurpose): number {
	return links[purpose].periodSeconds
}

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
	now: Date,
): "valid" | "link_expired" | "link_invalid" {
	if (!isSignature(`link/${purpose}`, message(purpose, user, link.timestamp), link.signature))
		return "link_invalid"
	const ageSeconds = now.getTime() / 1000 - Number(link.timestamp)
	if (ageSeconds < -MAX_CLOCK_SKEW_SECONDS) return "link_invalid"
	return ageSeconds <= links[purpose].periodSeconds ? "valid" : "link_expired"
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
	return JSON.stringify([user.id, timestamp, ...links[purpose].signedState(user)])
}

function time(date: Date | null): number | null {
	return date?.getTime() ?? null
}
