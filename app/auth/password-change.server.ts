import type { z } from "zod"
import type { Caller } from "./caller"
import { confirmPassword } from "./credentials.server"
import { type OnDevice, withDevice } from "./device.server"
import { emit } from "./event.server"
import { hashPassword } from "./password/hashing.server"
import { personalPasswordFault } from "./password/policy.server"
import { type Refusal, refusal } from "./refusal"
import type { passwordChangeSchema } from "./schema"
import type { RenewedSession, SignedIn } from "./session/session.server"
import { replacePassword } from "./user/change.server"

/**
 * Changes the password of somebody signed in who knows the current one. All other sessions end; the owner is told.
 *
 * @returns refusals `validation_failed` (the current password is wrong, which counts as a wrong password; the new one
 *   contains the owner's name), `rate_limited`, `overloaded`, `unauthenticated` for an account that was ended or
 *   changed meanwhile
 */
export async function changePassword(
	input: z.output<typeof passwordChangeSchema>,
	{ user, session }: SignedIn,
	caller: Caller,
): Promise<
	| { ok: true; renewed: OnDevice<RenewedSession> | null }
	| Refusal<"validation_failed" | "rate_limited" | "overloaded" | "unauthenticated">
> {
	const fault = personalPasswordFault(input.password, user)
	if (fault) return refusal("validation_failed", { faults: { password: [fault] } })
	const confirmed = await confirmPassword(user, input.current_password, caller)
	if (!confirmed.ok) return confirmed
	const hashed = await hashPassword(input.password, caller)
	if (!hashed.ok) return hashed
	const changed = await replacePassword(user, hashed.passwordHash, session, caller)
	if (!changed) return refusal("unauthenticated")
	emit("password.changed", user, caller)
	const renewed = withDevice(changed.renewed, { id: user.id, epoch: user.epoch + 1 }, caller.device)
	return { ok: true, renewed }
}
