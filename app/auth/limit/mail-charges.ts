import type { Caller } from "../caller"
import type { Charge } from "./limit.server"
import { NEIGHBOURHOOD, networkOf } from "./network"

/**
 * What a mail counts into, whatever causes it. It is counted by what was typed, whatever is found, so that no answer
 * tells who has an account; and a client has less of a mailbox's budget than all, so that the owner can still get a mail.
 */
export function mailCharges(email: { key: string }, { address }: Pick<Caller, "address">): Charge[] {
	return [
		["mailPerClient", address, address],
		["mailPerNetwork", networkOf(address, NEIGHBOURHOOD), address],
		...mailboxCharges(email, { address }),
	]
}

/** What it counts into besides, where the mailbox is another than what was typed, such as a user name. */
export function mailboxCharges(email: { key: string }, { address }: Pick<Caller, "address">): Charge[] {
	const mailbox = mailboxOf(email.key)
	return [
		["mailPerMailboxAndClient", `${mailbox} ${address}`, address],
		["mailPerMailbox", mailbox, address],
	]
}

/** Mail servers deliver `ada+anything@…` to `ada@…` (RFC 5233). */
function mailboxOf(emailKey: string): string {
	const at = emailKey.lastIndexOf("@")
	const [user = ""] = emailKey.slice(0, at).split("+", 1)
	return (user || emailKey.slice(0, at)) + emailKey.slice(at)
}
