import type { Faults } from "./fault"

/** Every way in which the domain says no, and what comes with it. `http/problem.ts` gives each a status. */
type RefusalDetails = {
	credentials_invalid: unknown
	unauthenticated: unknown
	/** Told only to those who gave the right password. */
	not_verified: { user: { id: string; email: string } }
	/** A fork's own sentence; null from a hook that failed. */
	hook_refused: { sentence: string | null }
	not_found: unknown
	link_invalid: unknown
	link_expired: unknown
	validation_failed: { faults: Faults }
	/** How many tries the window allows, or how many mails, and when the next one may be made. */
	rate_limited: { counts: "tries" | "mails"; limit: number; retryAfterSeconds: number }
	captcha_failed: unknown
	captcha_unavailable: unknown
	overloaded: { retryAfterSeconds: number }
}

export type RefusalCode = keyof RefusalDetails
/** Of the codes that a use case lists, or of any. */
export type Refusal<Code extends RefusalCode = RefusalCode> = {
	[C in Code]: { ok: false; code: C } & RefusalDetails[C]
}[Code]

export function refusal<Code extends RefusalCode>(
	code: Code,
	...[details]: unknown extends RefusalDetails[Code] ? [] : [RefusalDetails[Code]]
): Refusal<Code> {
	return Object.assign({ ok: false, code }, details) as Refusal<Code>
}
