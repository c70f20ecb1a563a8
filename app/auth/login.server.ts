import type { z } from "zod"
import { isDatabaseUnavailable } from "../db/client.server"
import { log } from "../log.server"
import { admit, runHooks } from "./admission.server"
import type { Backend, Grant, Shown, SignInOptions } from "./backend/backend"
import { pageBackend } from "./backend/backends.server"
import type { Caller } from "./caller"
import { type CaptchaRefusal, passCaptcha } from "./captcha/captcha.server"
import { checkCredentials } from "./credentials.server"
import { emit } from "./event.server"
import { type Refusal, refusal } from "./refusal"
import type { loginSchema } from "./schema"
import { findUserByIdentifier, identifierKey, noteSignIn, type User } from "./user/user.server"

type SignedInNow = { ok: true; user: User; grant: Grant }
type SignInRefusal = Refusal<"credentials_invalid" | "not_verified" | "hook_refused">

/**
 * Signs somebody in by a password.
 *
 * @param options.token of the form's captcha
 * @returns refusals `credentials_invalid` (also for an account that was ended meanwhile), `not_verified` (only after
 *   the right password), `hook_refused`, `rate_limited`, `overloaded`, and those of {@link passCaptcha}
 */
export async function login(
	{ username, password, remember }: z.output<typeof loginSchema>,
	{ backend, replaces, token }: { backend: Backend; token?: string } & Pick<SignInOptions, "replaces">,
	caller: Caller,
): Promise<SignedInNow | SignInRefusal | CaptchaRefusal | Refusal<"rate_limited" | "overloaded">> {
	const vetoed = await runHooks("preLogin", username, caller)
	if (vetoed) return vetoed
	const identifier = identifierKey(username)
	const found = await findUserByIdentifier(identifier)
	const before = () => passCaptcha("login", token, caller)
	const checked = await checkCredentials(found, { identifier, password, before }, caller)
	if (checked.ok) return signIn(checked.user, { backend, remember, replaces }, caller)
	if (checked.code !== "credentials_invalid") return checked
	return (await runHooks("loginFailure", username, caller)) ?? checked
}

/**
 * Signs in somebody who has proven to be the user, unless something stands against it. @returns refusal
 * `credentials_invalid` for an account that was ended meanwhile
 */
async function signIn(
	user: User,
	{ backend, ...options }: { backend: Backend } & SignInOptions,
	caller: Caller,
): Promise<SignedInNow | SignInRefusal> {
	const admitted = await admit(user, caller)
	if (!admitted.ok) return admitted
	const grant = await backend.signIn(user, options, caller)
	if (!grant) return refusal("credentials_invalid")
	await noteSignIn(user.id, caller.now)
	emit("user.signed_in", user, caller)
	return { ok: true, user, grant }
}

/**
 * Signs in somebody who has just registered or confirmed an address. That is done by then, so nothing that goes wrong
 * here may say that it was not.
 *
 * @param replaces the session that the browser had before
 * @returns null where people sign in by themselves
 */
export async function signInAfterwards(user: User, replaces: Shown, caller: Caller): Promise<Grant | null> {
	try {
		const signedIn = await signIn(user, { backend: pageBackend(), remember: false, replaces }, caller)
		return signedIn.ok ? signedIn.grant : null
	} catch (error) {
		if (!isDatabaseUnavailable(error)) throw error
		log.warn(
			{ event: "sign_in.skipped", user_id: user.id, err: error },
			"Somebody was not signed in after registering or confirming an address",
		)
		return null
	}
}
