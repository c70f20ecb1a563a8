import { endSession, findSession, startSession } from "../session/session.server"
import type { Backend } from "./backend"

const name = "bearer"

/** For programs: a session whose token they keep and send as `Authorization: Bearer <token>`. Signing out ends it. */
export function bearer(): Backend {
	return {
		name,
		async signIn(user, { remember, replaces }, caller) {
			const started = await startSession(user, name, { remember, replaces: replaces.bearer }, caller)
			if (!started) return null
			const { token, expiresAt } = started
			const lifetimeMs = expiresAt.getTime() - caller.now.getTime()
			return { kind: "token", token, expiresAt, expiresInSeconds: Math.floor(lifetimeMs / 1000) }
		},
		authenticate: async (shown) => (shown.bearer ? findSession(shown.bearer, name) : null),
		async signOut(shown) {
			if (shown.bearer) await endSession(shown.bearer)
		},
	}
}
