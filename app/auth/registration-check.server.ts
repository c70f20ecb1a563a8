import type { z } from "zod"
import { parseMailAddress } from "../mail/address.server"
import type { Caller } from "./caller"
import type { Fault } from "./fault"
import { charging } from "./limit/limit.server"
import { passwordFault, personalPasswordFault } from "./password/policy.server"
import { isStrong } from "./password/weakness.server"
import type { Refusal } from "./refusal"
import type { registrationCheckSchema } from "./schema"
import { findUserByIdentifier } from "./user/user.server"
import { usernameFault, usernameKey } from "./user/username"

export type RegistrationCheck = {
	ok: true
	/** Null for one that nobody has, and for none. */
	username: Fault | null
	/** Of one that is not accepted. */
	password: Fault[]
	/** Whether the password would be hard to guess even with its hash. */
	isStrong: boolean
}

/**
 * What registering would say of a user name and a password, before all of the form is filled in. By the same rules, and
 * nothing is kept. It tells nothing of addresses: they only say what a password must not contain.
 *
 * @param registered whom this browser registered before: starting over, that name is not taken
 */
export async function checkRegistration(
	{ username, email, password }: z.output<typeof registrationCheckSchema>,
	registered: string | null,
	caller: Caller,
): Promise<RegistrationCheck | Refusal<"rate_limited">> {
	return charging([["registrationCheckPerClient", caller.address, caller.address]], async () => {
		const owner = { username: username.trim(), email: parseMailAddress(email)?.address ?? "" }
		const faults = password ? [passwordFault(password), personalPasswordFault(password, owner)] : []
		const found = faults.filter((fault) => fault !== null)
		return {
			ok: true,
			username: owner.username ? await nameFault(owner.username, registered) : null,
			password: found,
			isStrong: password !== "" && found.length === 0 && isStrong(password.normalize("NFC")),
		}
	})
}

async function nameFault(username: string, registered: string | null): Promise<Fault | null> {
	const fault = usernameFault(username)
	if (fault) return fault
	const owner = await findUserByIdentifier(usernameKey(username))
	const isFree = !owner || (owner.id === registered && owner.emailVerifiedAt === null)
	return isFree ? null : { code: "username_taken" }
}
