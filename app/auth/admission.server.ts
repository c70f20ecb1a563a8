import { hooks } from "../auth.events.server"
import { log } from "../log.server"
import type { Caller } from "./caller"
import { type Refusal, refusal } from "./refusal"
import { needsVerification, type User } from "./user/user.server"

/** A sentence refuses. */
// biome-ignore lint/suspicious/noConfusingVoidType: a hook that only looks returns nothing at all
type Answer = string | undefined | void
type Hook<Subject> = (subject: Subject, caller: Caller) => Answer | Promise<Answer>

/** All run in order, until one refuses. One that throws refuses, too. */
export type Hooks = {
	preLogin: Hook<string>[]
	loginSuccess: Hook<User>[]
	loginFailure: Hook<string>[]
}

/**
 * All that stands between proving to be the user, in whatever way, and being signed in. No session is written until all
 * of it is passed.
 */
export async function admit(
	user: User,
	caller: Caller,
): Promise<{ ok: true } | Refusal<"not_verified" | "hook_refused">> {
	if (needsVerification(user)) return refusal("not_verified", { user })
	return (await runHooks("loginSuccess", user, caller)) ?? { ok: true }
}

/** @returns the refusal of the first hook that refuses, or null */
export async function runHooks<Name extends keyof Hooks>(
	name: Name,
	subject: Parameters<Hooks[Name][number]>[0],
	caller: Caller,
): Promise<Refusal<"hook_refused"> | null> {
	for (const hook of hooks[name] as Hook<typeof subject>[]) {
		try {
			const sentence = await hook(subject, caller)
			if (typeof sentence === "string") return refusal("hook_refused", { sentence })
		} catch (error) {
			log.error({ event: "hook.failed", hook: name, err: error }, "A hook failed, so the sign-in was refused")
			return refusal("hook_refused", { sentence: null })
		}
	}
	return null
}
