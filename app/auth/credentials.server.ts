import { log } from "../log.server"
import { afterAnswer } from "./after-answer.server"
import type { Caller } from "./caller"
import { findDevice } from "./device.server"
import { emit } from "./event.server"
import type { Faults } from "./fault"
import { type Charge, charging, forgive, refund } from "./limit/limit.server"
import { hashPassword, verifyPassword } from "./password/hashing.server"
import { type Refusal, refusal } from "./refusal"
import { replaceHash, type User } from "./user/user.server"

type Credentials<Refused extends Refusal> = {
	identifier: string
	password: string
	before?: () => Promise<{ ok: true } | Refused>
}

/**
 * Checks an account's password. Unknown, wrong and inactive get one answer, at the price of exactly one hash. A right
 * password costs nothing of the limits, and forgives wrong ones before it.
 *
 * @param user null for an account that does not exist
 * @param identifier what was typed, for the count of an account that does not exist
 * @param before what has to be passed after the limits and before the hash; its refusal costs nothing of them
 */
export async function checkCredentials<Refused extends Refusal = never>(
	user: User | null,
	{ identifier, password, before }: Credentials<Refused>,
	caller: Caller,
): Promise<
	{ ok: true; user: User } | NoInfer<Refused> | Refusal<"credentials_invalid" | "rate_limited" | "overloaded">
> {
	const checked = await checkCounted(user, { identifier, password, before }, caller)
	if (!checked.ok) return checked
	if (checked.unusable)
		log.error({ event: "password.unusable", user_id: user?.id }, "A stored password hash cannot be checked")
	if (!checked.right || !user?.active) {
		emit("login.refused", user, caller)
		return refusal("credentials_invalid")
	}
	if (checked.outdated) afterAnswer(() => upgradeHash(user, password))
	return { ok: true, user }
}

/** A known browser has a budget of its own. Once that is used up, it has a stranger's. */
async function checkCounted<Refused extends Refusal>(
	user: User | null,
	{ identifier, password, before }: Credentials<Refused>,
	caller: Caller,
) {
	/** @param own the account's own budget, which a right password forgives */
	const check = (own: Charge, ...others: Charge[]) =>
		charging([...others, own], async () => {
			const passed = await before?.()
			if (passed?.ok === false) return passed
			const checked = await verifyPassword(user?.passwordHash ?? null, password, caller)
			if (checked.ok && checked.right && user?.active) await Promise.all([refund(...others), forgive(own)])
			return checked
		})
	const device = findDevice(user, caller.device)
	if (device) {
		const checked = await check(["wrongPasswordPerDevice", device, caller.address])
		if (checked.ok || checked.code !== "rate_limited") return checked
	}
	// By id where there is one, so that name and mail address share one count.
	return check(
		["wrongPasswordPerAccount", user?.id ?? identifier, caller.address],
		["wrongPasswordPerClient", caller.address, caller.address],
	)
}

/**
 * Asks somebody signed in for the password again. A wrong one counts like at sign-in.
 *
 * @returns refusals `rate_limited`, `overloaded`; `validation_failed` on `current_password` when it is wrong
 */
export async function confirmPassword(
	user: User,
	password: string,
	caller: Caller,
): Promise<{ ok: true } | Refusal<"validation_failed" | "rate_limited" | "overloaded">> {
	const checked = await checkCredentials(user, { identifier: user.id, password }, caller)
	if (checked.ok || checked.code !== "credentials_invalid") return checked
	const faults: Faults = { current_password: [{ code: "current_password_wrong" }] }
	return refusal("validation_failed", { faults })
}

/** Another system's hash, or one of other parameters, becomes one of ours as soon as its password is known. */
async function upgradeHash(user: User, password: string): Promise<void> {
	const hashed = await hashPassword(password)
	if (hashed.ok && (await replaceHash(user, hashed.passwordHash)))
		log.info({ event: "password.upgraded", user_id: user.id }, "A password was hashed anew")
}
