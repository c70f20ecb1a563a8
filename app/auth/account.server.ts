import type { z } from "zod"
import type { Caller } from "./caller"
import { emit } from "./event.server"
import { type Refusal, refusal } from "./refusal"
import type { profileSchema } from "./schema"
import { changeProfile } from "./user/change.server"
import type { User } from "./user/user.server"

/**
 * Changes what people may change at once in their own account.
 *
 * @returns refusals `validation_failed` (the user name is taken), `unauthenticated` (the account was ended meanwhile)
 */
export async function updateProfile(
	input: z.output<typeof profileSchema>,
	user: User,
	caller: Caller,
): Promise<{ ok: true; user: User } | Refusal<"validation_failed" | "unauthenticated">> {
	const changed = await changeProfile(user, input)
	if (changed === "taken")
		return refusal("validation_failed", { faults: { username: [{ code: "username_taken" }] } })
	if (!changed) return refusal("unauthenticated")
	emit("user.updated", changed, caller)
	return { ok: true, user: changed }
}
