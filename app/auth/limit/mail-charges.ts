import { NEIGHBOURHOOD, networkOf, SITE } from "../../network"
import type { Caller } from "../caller"
import { type Charge, charge, refund } from "./limit.server"

/**
 * What a mail counts into, whatever causes it. It is counted by what was typed, whatever is found, so that no answer
 * tells who has an account; and one client's site may use only part of a mailbox's budget, so that the owner can still
 * get a mail.
 */
export function mailCharges(email: { key: string }, { address }: Pick<Caller, "address">): Charge[] {
	return [
		["mailPerClient", address, address],
		["mailPerNetwork", networkOf(address, NEIGHBOURHOOD), address],
		...mailboxCharges("typed", email, { address }),
	]
}

/**
 * Does the work, told whether to withhold the mail: what was typed allows it, but its mailbox had enough, as others
 * were asked for by user name. Nobody is told, and as much is done.
 */
export async function chargingMailbox<Outcome extends { ok: boolean }>(
	email: { key: string },
	caller: Pick<Caller, "address">,
	work: (isWithheld: boolean) => Promise<Outcome>,
): Promise<Outcome> {
	const charges = mailboxCharges("found", email, caller)
	const isWithheld = (await charge(...charges)) !== null
	const giveBack = () => (isWithheld ? undefined : refund(...charges))
	try {
		const outcome = await work(isWithheld)
		if (!outcome.ok) await giveBack()
		return outcome
	} catch (error) {
		await giveBack()
		throw error
	}
}

/**
 * Counts a notice of a change that has been made. Anyone who makes many must neither fill the mailbox with them nor use
 * up what is left for its owner, who may need a link to choose a new password; but one of each kind goes out even when
 * a stranger has used up the mailbox's budget: else the owner would not be told.
 *
 * @returns whether it may be sent
 */
export async function mayNotify(
	kind: string,
	email: { key: string },
	{ address }: Pick<Caller, "address">,
): Promise<boolean> {
	// By the address and not its mailbox: where addresses are not verified, a stranger may have one with another tag.
	const ofItsKind = await charge(["noticePerMailbox", `${kind} ${email.key}`, address])
	const ofAll = await charge(...mailboxCharges("found", email, { address }))
	return ofItsKind === null || ofAll === null
}

/**
 * By what was typed, or by what was found, where the mail goes: somebody may have typed a user name. No answer depends
 * on the second, which would tell whose mailbox it is. What may be typed comes last in a key, so that nobody can type
 * another's.
 */
function mailboxCharges(
	source: "typed" | "found",
	email: { key: string },
	{ address }: Pick<Caller, "address">,
): Charge[] {
	const mailbox = mailboxOf(email.key)
	return [
		["mailPerMailboxAndClient", `${source} ${networkOf(address, SITE)} ${mailbox}`, address],
		["mailPerMailbox", `${source} ${mailbox}`, address],
	]
}

/** Mail servers deliver `ada+anything@…` to `ada@…` (RFC 5233). */
function mailboxOf(emailKey: string): string {
	const at = emailKey.lastIndexOf("@")
	const [user = ""] = emailKey.slice(0, at).split("+", 1)
	return (user || emailKey.slice(0, at)) + emailKey.slice(at)
}
