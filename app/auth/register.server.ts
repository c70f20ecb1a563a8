import type { z } from "zod"
import { config } from "../auth.config"
import type { Grant, Shown } from "./backend/backend"
import type { Caller } from "./caller"
import { type CaptchaRefusal, passCaptcha } from "./captcha/captcha.server"
import { emit } from "./event.server"
import { charging } from "./limit/limit.server"
import { chargingMailbox, mailCharges } from "./limit/mail-charges"
import { signInAfterwards } from "./login.server"
import { hashPassword } from "./password/hashing.server"
import type { Refusal } from "./refusal"
import type { registerSchema } from "./schema"
import { createUser, type User } from "./user/user.server"

export type Registered = {
	ok: true
	user: User
	verification: "sent" | "not_required"
	/** With `registration.signIn`. */
	grant: Grant | null
}

export type Registrant = {
	/** The registration that was made in this browser before, by its user's id. */
	registered: string | null
	/** Where the mailed link leads on to: a path on this site. */
	redirectTo: string | null
	/** What the request shows: the session that a new one replaces. */
	replaces: Shown
	/** Of the form's captcha. */
	token?: string
}

/**
 * Registers an account. Where addresses are verified, nobody looks up who owns the address: the same row and the same
 * mail are written for a taken one, and what the mail says is decided when it is sent. A taken user name is reported,
 * as user names are public. Anyone who starts over in the same browser with the same name does not find it taken.
 *
 * @returns refusals `rate_limited`, `overloaded`, `validation_failed` (the user name is taken; without verification,
 *   also the address), and those of {@link passCaptcha}
 */
export async function register(
	input: z.output<typeof registerSchema>,
	{ registered, redirectTo, replaces, token }: Registrant,
	caller: Caller,
): Promise<Registered | CaptchaRefusal | Refusal<"rate_limited" | "overloaded" | "validation_failed">> {
	const { password, confirm_password: _, ...profile } = input
	const hashed = await charging([["registrationPerClient", caller.address, caller.address]], async () => {
		const passed = await passCaptcha("register", token, caller)
		return passed.ok ? hashPassword(password, caller) : passed
	})
	if (!hashed.ok) return hashed

	const { passwordHash } = hashed
	const mail = config.verification.enabled ? "verify" : null
	const create = (isMailWithheld = false) =>
		createUser(
			{ ...config.registration.userDefaults, ...profile },
			{ passwordHash, mail, isMailWithheld, redirectTo, replaces: registered, now: caller.now },
		)
	const created = mail
		? await charging(mailCharges(profile.email, caller), () => chargingMailbox(profile.email, caller, create))
		: await create()
	if (!created.ok) return created
	emit("user.registered", created.user, caller)
	const { user } = created
	if (mail) return { ok: true, user, verification: "sent", grant: null }
	if (!config.registration.signIn) return { ok: true, user, verification: "not_required", grant: null }
	const grant = await signInAfterwards(user, replaces, caller)
	return { ok: true, user, verification: "not_required", grant }
}
