import type { z } from "zod"
import { config } from "../auth.config"
import { inTransaction } from "../db/client.server"
import { enqueueMail } from "../mail/outbox.server"
import { afterAnswer } from "./after-answer.server"
import type { Grant, Shown } from "./backend/backend"
import type { Caller } from "./caller"
import { type CaptchaRefusal, passCaptcha } from "./captcha/captcha.server"
import { checkCredentials } from "./credentials.server"
import { emit } from "./event.server"
import { charging } from "./limit/limit.server"
import { chargingMailbox, mailCharges } from "./limit/mail-charges"
import { type LinkRefusal, openLink } from "./link.server"
import { signInAfterwards } from "./login.server"
import { type Refusal, refusal } from "./refusal"
import type { verifySchema } from "./schema"
import { markVerified } from "./user/change.server"
import {
	extendRegistration,
	findUnproven,
	isContested,
	removeRegistration,
	type User,
} from "./user/user.server"

/** What is known of a link's holder, besides the link. */
export type LinkHolder = {
	/** The registration that was made in this browser, by its user's id. */
	registered: string | null
	/** Opening a link, or pressing what stands on its page, is what scanners do, too; sending JSON is not. */
	isProgram: boolean
	/** What the request shows: the session that a new one replaces. */
	replaces: Shown
}

export type Verified = { ok: true; user: User; grant: Grant | null }

/**
 * Whether a link needs the account's password beside it. A program that has the link speaks for the mailbox, unless
 * more than one registration waits for the address.
 */
export async function needsPassword(
	user: User,
	{ registered, isProgram }: Pick<LinkHolder, "registered" | "isProgram">,
): Promise<boolean> {
	// A link that may be used again changes nothing then.
	if (user.emailVerifiedAt !== null || registered === user.id) return false
	return !isProgram || (await isContested(user))
}

/**
 * Verifies the address that a link was mailed to; a link works once, unless `verification.oneTimeUse` is off. The link
 * alone confirms no account that a stranger made with this address: it takes the browser that registered, or the
 * password that was chosen there.
 *
 * @returns refusals `link_invalid`, `link_expired`; `validation_failed` where the password is missing, and those of a
 *   password that is checked
 */
export async function verify(
	input: z.output<typeof verifySchema>,
	holder: LinkHolder,
	caller: Caller,
): Promise<
	| Verified
	| LinkRefusal
	| Refusal<"validation_failed" | "credentials_invalid" | "rate_limited" | "overloaded">
> {
	const checked = await openLink("verify", input, caller.now)
	if (!checked.ok) return checked
	const { user } = checked
	// Used again, where it may be: it still says whose it is, and signs nobody in.
	if (user.emailVerifiedAt !== null) return { ok: true, user, grant: null }
	const isSameBrowser = holder.registered === user.id
	const proof = isSameBrowser ? checked : await checkPassword(user, input.password, holder, caller)
	if (!proof.ok) return proof
	if (!(await markVerified(user, caller.now))) {
		const reopened = await openLink("verify", input, caller.now)
		const isDone = reopened.ok && reopened.user.emailVerifiedAt !== null
		return isDone ? { ok: true, user: reopened.user, grant: null } : refusal("link_invalid")
	}
	const verified = { ...user, emailVerifiedAt: caller.now }
	emit("user.activated", verified, caller)

	const { autoLogin } = config.verification
	const isKnown = isSameBrowser || input.password !== undefined
	if (autoLogin === false || (autoLogin === "same-browser" && !isKnown))
		return { ok: true, user: verified, grant: null }
	return { ok: true, user: verified, grant: await signInAfterwards(verified, holder.replaces, caller) }
}

/**
 * Removes a registration that somebody else made with one's address. @returns as {@link verify}; `validation_failed`
 * until the caller is sure
 */
export async function disownRegistration(
	input: z.output<typeof verifySchema>,
	caller: Caller,
): Promise<{ ok: true } | LinkRefusal | Refusal<"validation_failed">> {
	const checked = await openLink("verify", input, caller.now)
	if (!checked.ok) return checked
	if (!input.sure) return refusal("validation_failed", { faults: { sure: [{ code: "sure_missing" }] } })
	if (!(await removeRegistration(checked.user))) return refusal("link_invalid")
	emit("user.removed", checked.user, caller)
	return { ok: true }
}

/**
 * Mails a new link, if there is an account that needs one; the answer never tells. The mailbox's limit counts addresses
 * as they are typed, so that it is the same for those without an account.
 *
 * @param registered the registration of this browser, which goes before others with the same address
 * @param redirectTo where the link leads on to, for whoever registered: a path on this site
 * @param token of the form's captcha
 * @returns refusal `rate_limited`, and those of {@link passCaptcha}
 */
export async function resendVerification(
	email: { key: string },
	registered: string | null,
	redirectTo: string | null,
	caller: Caller,
	token?: string,
): Promise<{ ok: true } | CaptchaRefusal> {
	const passed = await charging(mailCharges(email, caller), () => passCaptcha("resend", token, caller))
	if (!passed.ok) return passed
	afterAnswer((mailId) => mailNewLink(mailId, email, registered, redirectTo, caller))
	return { ok: true }
}

async function checkPassword(
	user: User,
	password: string | undefined,
	holder: LinkHolder,
	caller: Caller,
): Promise<
	{ ok: true } | Refusal<"validation_failed" | "credentials_invalid" | "rate_limited" | "overloaded">
> {
	if (password !== undefined) return checkCredentials(user, { identifier: user.id, password }, caller)
	if (!(await needsPassword(user, holder))) return { ok: true }
	return refusal("validation_failed", { faults: { password: [{ code: "password_missing" }] } })
}

async function mailNewLink(
	mailId: string,
	email: { key: string },
	registered: string | null,
	redirectTo: string | null,
	caller: Caller,
): Promise<void> {
	const { now } = caller
	const found = config.verification.enabled ? await findUnproven(email.key, registered) : null
	await chargingMailbox(email, caller, async (isWithheld) => {
		const user = isWithheld ? null : found
		// It stands in the mail: from somebody else, it would be words to a person who proved no address.
		const onward = user?.id === registered ? redirectTo : null
		// The same is done where there is no account: the next request would feel a difference.
		await inTransaction(async (transaction) => {
			await extendRegistration({ id: user?.id ?? "nobody" }, now, transaction)
			await enqueueMail({ id: mailId, kind: "verify", user, redirectTo: onward, now }, transaction)
		})
		emit(user ? "verification.resent" : "verification.resent_in_vain", user, caller)
		return { ok: true }
	})
}
