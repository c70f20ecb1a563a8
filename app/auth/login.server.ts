import type { z } from "zod"
import { admit, runHooks } from "./admission.server"
import type { Backend, Grant, SignInOptions } from "./backend/backend"
import type { Caller } from "./caller"
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
 * @returns refusals `credentials_invalid` (also for an account that was ended meanwhile), `not_verified` (only after the
 *   right password), `hook_refused`, `rate_limited`, `overloaded`
 */
export async function login(
	{ username, password, remember }: z.output<typeof loginSchema>,
	{ backend, replaces }: { backend: Backend } & Pick<SignInOptions, "replaces">,
	caller: Caller,
): Promise<SignedInNow | SignInRefusal | Refusal<"rate_limited" | "overloaded">> {
	const vetoed = await runHooks("preLogin", username, caller)
	if (vetoed) return vetoed
	const identifier = identifierKey(username)
	const found = await findUserByIdentifier(identifier)
	const checked = await checkCredentials(found, { identifier, password }, caller)
	if (checked.ok) return signIn(checked.user, { backend, remember, replaces }, caller)
	if (checked.code !== "credentials_invalid") return checked
	return (await runHooks("loginFailure", username, caller)) ?? checked
}

/** Signs in who has proven to be the user, if nothing stands against it. @returns refusal `credentials_invalid` for an account that was ended meanwhile */
export async function signIn(
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
