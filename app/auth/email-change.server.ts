import type { z } from "zod"
import { config } from "../auth.config"
import type { Caller } from "./caller"
import { confirmPassword } from "./credentials.server"
import { type OnDevice, withDevice } from "./device.server"
import { emit } from "./event.server"
import { charge } from "./limit/limit.server"
import { chargingMailbox, mailCharges } from "./limit/mail-charges"
import { type LinkRefusal, openLink } from "./link.server"
import { type Refusal, refusal } from "./refusal"
import type { emailChangeSchema, emailConfirmSchema } from "./schema"
import type { RenewedSession, SignedIn } from "./session/session.server"
import { forgetEmailChange, noteEmailChange, replaceEmail } from "./user/change.server"
import { findUser, type User } from "./user/user.server"

/** The address that waits to be confirmed, as long as its link works. */
export function pendingEmail({ pendingEmail, pendingEmailAt }: User, now: Date) {
	if (pendingEmail === null || pendingEmailAt === null) return null
	const expiresAt = new Date(pendingEmailAt.getTime() + config.emailChange.periodSeconds * 1000)
	return expiresAt > now ? { email: pendingEmail, requestedAt: pendingEmailAt, expiresAt } : null
}

/**
 * Mails a link to a new address, whoever owns it: that is looked up when the mail is sent. The old address gets a
 * notice.
 *
 * @returns refusals `validation_failed` (the password is wrong), `rate_limited`, `overloaded`, `unauthenticated` for an
 *   account that was ended or changed meanwhile
 */
export async function requestEmailChange(
	{ email, current_password }: z.output<typeof emailChangeSchema>,
	{ user }: SignedIn,
	caller: Caller,
): Promise<{ ok: true } | Refusal<"validation_failed" | "rate_limited" | "overloaded" | "unauthenticated">> {
	const confirmed = await confirmPassword(user, current_password, caller)
	if (!confirmed.ok) return confirmed
	const limited = await charge(...mailCharges(email, caller))
	if (limited) return limited
	const noted = await chargingMailbox(email, caller, async (isWithheld) => ({
		ok: await noteEmailChange(user, email, isWithheld, caller),
	}))
	if (!noted.ok) return refusal("unauthenticated")
	emit("email.change_requested", user, caller)
	return { ok: true }
}

/**
 * Calls off a change of address that waits, if one does: its link stops working, even one that is not mailed yet.
 *
 * @returns a refusal `unauthenticated` for an account that was ended or changed meanwhile
 */
export async function cancelEmailChange(
	{ user }: SignedIn,
	caller: Caller,
): Promise<{ ok: true } | Refusal<"unauthenticated">> {
	if (!(await forgetEmailChange(user))) return refusal("unauthenticated")
	if (pendingEmail(user, caller.now)) emit("email.change_canceled", user, caller)
	return { ok: true }
}

/**
 * Gives the account the address that a link was mailed to, once; other sessions end.
 *
 * @param signedIn who makes the call, which may be anybody: the session goes on if it is the account's
 * @returns refusals `link_invalid` (also when the address got another owner), `link_expired`; `validation_failed` until
 *   somebody not signed in to the account is sure
 */
export async function confirmEmailChange(
	{ intent, sure, ...link }: z.output<typeof emailConfirmSchema>,
	signedIn: SignedIn | null,
	caller: Caller,
): Promise<
	| { ok: true; user: User; renewed: OnDevice<RenewedSession> | null }
	| LinkRefusal
	| Refusal<"validation_failed">
> {
	const opened = await openLink("email_change", link, caller.now)
	if (!opened.ok) return opened
	if (intent === "confirm_elsewhere" && !sure)
		return refusal("validation_failed", { faults: { sure: [{ code: "sure_of_address_missing" }] } })
	const { id } = opened.user
	const session = signedIn?.user.id === id ? signedIn.session : null
	const changed = await replaceEmail(opened.user, session, caller)
	const user = changed && (await findUser(id))
	if (!changed || !user) return refusal("link_invalid")
	emit("email.changed", user, caller)
	return { ok: true, user, renewed: withDevice(changed.renewed, user, caller.device) }
}
