import type { z } from "zod"
import { inTransaction } from "../db/client.server"
import { enqueueMail } from "../mail/outbox.server"
import { afterAnswer } from "./after-answer.server"
import type { Caller } from "./caller"
import { type CaptchaRefusal, passCaptcha } from "./captcha/captcha.server"
import { emit } from "./event.server"
import { charging, forgive } from "./limit/limit.server"
import { chargingMailbox, mailCharges } from "./limit/mail-charges"
import { type LinkRefusal, linkUrl, openLink } from "./link.server"
import { hashPassword } from "./password/hashing.server"
import { personalPasswordFault } from "./password/policy.server"
import { type Refusal, refusal } from "./refusal"
import type { forgotPasswordSchema, resetPasswordSchema } from "./schema"
import { replacePasswordByLink } from "./user/change.server"
import {
	extendRegistration,
	findUnproven,
	findUserByIdentifier,
	identifierKey,
	noteResetRequest,
	type User,
} from "./user/user.server"

/**
 * Mails a link to choose a new password, if there is an account to choose it for; the answer never tells. Counted by
 * what was typed.
 *
 * @param registered the registration of this browser, which goes before others with the same address
 * @param token of the form's captcha
 * @returns refusal `rate_limited`, and those of {@link passCaptcha}
 */
export async function requestReset(
	{ email }: z.output<typeof forgotPasswordSchema>,
	registered: string | null,
	caller: Caller,
	token?: string,
): Promise<{ ok: true } | CaptchaRefusal> {
	const key = identifierKey(email)
	const passed = await charging(mailCharges({ key }, caller), () => passCaptcha("forgot", token, caller))
	if (!passed.ok) return passed
	afterAnswer((mailId) => mailResetLink(mailId, key, registered, caller))
	return { ok: true }
}

/**
 * Sets the password by a mailed link, once: all sessions of the account end, and its address is proven by it. Signs
 * nobody in.
 *
 * @returns refusals `link_invalid` (also when another call was first), `link_expired`, `validation_failed` (the
 *   password contains the owner's name), `overloaded`
 */
export async function resetPassword(
	input: z.output<typeof resetPasswordSchema>,
	caller: Caller,
): Promise<{ ok: true; user: User } | LinkRefusal | Refusal<"validation_failed" | "overloaded">> {
	const opened = await openLink("reset", input, caller.now)
	if (!opened.ok) return opened
	const { user } = opened
	const fault = personalPasswordFault(input.password, user)
	if (fault) return refusal("validation_failed", { faults: { password: [fault] } })
	const hashed = await hashPassword(input.password, caller)
	if (!hashed.ok) return hashed
	if (!(await replacePasswordByLink(user, hashed.passwordHash, caller))) return refusal("link_invalid")
	// Somebody else's wrong tries must not keep the owner out.
	await forgive(["wrongPasswordPerAccount", user.id, caller.address])
	emit("password.reset", user, caller)
	if (user.emailVerifiedAt === null) emit("user.activated", { ...user, emailVerifiedAt: caller.now }, caller)
	return { ok: true, user }
}

async function mailResetLink(
	mailId: string,
	key: string,
	registered: string | null,
	caller: Caller,
): Promise<void> {
	const owner = await findUserByIdentifier(key)
	const unproven = await findUnproven(key, registered)
	const found = owner ?? unproven
	const user = found?.active ? found : null
	const { now } = caller
	await chargingMailbox({ key: user?.emailKey ?? key }, caller, async (isWithheld) => {
		// From here on, the same is done where there is no account: the next request would feel a difference.
		const asking = user && !isWithheld ? user : null
		const { id, epoch } = asking ?? { id: "nobody", epoch: 0 }
		const asked = await inTransaction(async (transaction) => {
			await extendRegistration({ id }, now, transaction)
			await noteResetRequest({ id, epoch }, now, transaction)
			await enqueueMail({ id: mailId, kind: "reset", user: asking, now }, transaction)
			return transaction.user.findUnique({ where: { id } })
		})
		if (asked) emit("password.reset_requested", asked, { ...caller, link: linkUrl("reset", asked, now) })
		else emit("password.reset_in_vain", null, caller)
		return { ok: true }
	})
}
