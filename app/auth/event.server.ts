import { log } from "../log.server"
import { afterAnswer } from "./after-answer.server"
import type { Caller } from "./caller"
import type { User } from "./user/user.server"

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
	"password.reset_requested": "New password asked for",
	"password.reset_in_vain": "New password asked for, but not for an account",
	"password.reset": "New password chosen by link",
	"password.changed": "Password changed",
	"email.change_requested": "Change of address asked for",
	"email.change_canceled": "Change of address called off",
	"email.changed": "Address changed",
	"verification.resent": "Verification mail asked for again",
	"verification.resent_in_vain": "Verification mail asked for again, but nobody needs one",
} as const

export type EventName = keyof typeof events

/** Events without handlers: they may be about nobody, or happen before the account is anybody's. */
type LogOnly =
	| "user.removed"
	| "login.refused"
	| "password.reset_in_vain"
	| "verification.resent"
	| "verification.resent_in_vain"
export type HandledEvent = Exclude<EventName, LogOnly>

/** Who made it happen, and with `password.reset_requested` a link that is ready to use. */
type EventContext = Caller & { link?: string }
type EventHandler = (user: User, context: EventContext) => unknown

const handlers = new Map<EventName, EventHandler[]>()

/** For `app/auth.events.server.ts`: calls `handler` whenever this happened, after those that were there before. */
export function on(event: HandledEvent, handler: EventHandler): void {
	handlers.set(event, [...(handlers.get(event) ?? []), handler])
}

/**
 * Tells that something happened, once it is committed: the log, by the user's id and nothing else; and the handlers
 * that asked for it.
 */
export function emit(event: HandledEvent, user: User, context: EventContext): void
export function emit(event: LogOnly, user: { id: string } | null, context: EventContext): void
export function emit(event: EventName, user: { id: string } | null, context: EventContext): void {
	log.info({ event, user_id: user?.id, address: context.address }, events[event])
	const asked = handlers.get(event)
	if (asked) afterAnswer(() => callInOrder(event, asked, [user as User, context]))
}

/** One that fails keeps no other from being called, and changes no answer: that is out already. */
async function callInOrder(
	event: EventName,
	asked: EventHandler[],
	told: [User, EventContext],
): Promise<void> {
	for (const handler of asked)
		try {
			await handler(...told)
		} catch (error) {
			log.error({ event: "handler.failed", of: event, err: error }, "An event handler failed")
		}
}
