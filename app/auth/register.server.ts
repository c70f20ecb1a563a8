import { config } from "../auth.config"
import { log } from "../log.server"
import type { MailAddress } from "../mail/address.server"
import { enqueueMail } from "../mail/outbox.server"
import { afterAnswer } from "./after-answer.server"
import type { Client } from "./caller"
import { type Charge, charge, refund } from "./limit/limit.server"
import { hashPassword } from "./password/policy.server"
import { type Refusal, refusal } from "./refusal"
import { createUser, findUserByEmail } from "./user/user.server"

export type Registered = {
	ok: true
	user: { username: string; email: string }
	verification: "sent" | "not_required"
}

/**
 * Registers an account. A taken address gets the very answer of a new one, after the same work, and its owner a mail;
 * a taken user name is said, as user names are public.
 *
 * @returns refusals `rate_limited`, `overloaded`, `validation_failed` (the user name is taken)
 */
export async function register(
	input: { username: string; email: MailAddress; password: string },
	client: Client,
): Promise<Registered | Refusal> {
	const { username, email } = input
	const perAddress: Charge = ["registrationPerAddress", client.address]
	const limited = await charge(perAddress)
	if (limited) return limited

	const passwordHash = await hashPassword(input.password, client.signal).catch(async (aborted) => {
		await refund(perAddress)
		throw aborted
	})
	if (typeof passwordHash !== "string") {
		await refund(perAddress)
		return passwordHash
	}

	const mail = config.verification.enabled ? "verify" : null
	const created = await createUser({ username, email, passwordHash, mail, now: client.now })
	if (created.ok) log.info({ event: "user.registered", user_id: created.user.id }, "Registered")
	else if (created.taken === "username")
		return refusal("validation_failed", {
			errors: { username: ["This user name is taken. Choose another."] },
		})
	else afterAnswer(() => tellOwner(email.key, client.now))

	return { ok: true, user: { username, email: email.address }, verification: mail ? "sent" : "not_required" }
}

async function tellOwner(emailKey: string, now: Date): Promise<void> {
	const owner = await findUserByEmail(emailKey)
	if (!owner?.active || (await charge(["noticePerAccount", emailKey]))) return
	await enqueueMail({ kind: "address-taken", user: owner, now })
	log.info(
		{ event: "user.registered_again", user_id: owner.id },
		"Registered with a taken address; its owner is told",
	)
}
