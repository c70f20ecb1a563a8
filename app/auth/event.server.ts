import { log } from "../log.server"
import type { Caller } from "./caller"

/** What happens to accounts, and what the log says of it. */
const events = {
	"user.registered": "Registered",
	"user.activated": "Address confirmed",
	"user.removed": "Registration removed by who owns the address",
	"user.signed_in": "Signed in",
	"user.signed_out": "Signed out",
	"user.updated": "Account changed",
	"user.deleted": "Account deleted",
	"login.refused": "Sign-in refused",
	"verification.resent": "Verification mail asked for again",
} as const

export type EventName = keyof typeof events

/** Tells that something happened, once it is done. People are named by their id, and by nothing else. */
export function emit(event: EventName, user: { id: string } | null, { address }: Caller): void {
	log.info({ event, user_id: user?.id, address }, events[event])
}
