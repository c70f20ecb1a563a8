import { markDevice } from "../device.server"
import { endSession, findSession, startSession } from "../session/session.server"
import type { Backend } from "./backend"

const name = "cookie"
const nobody = Promise.resolve(null)

/** For browsers: a session whose token is in a cookie. */
export function cookie() {
	return {
		name,
		async signIn(user, { remember, replaces }, caller) {
			const started = await startSession(user, name, { remember, replaces: replaces.cookie }, caller)
			if (!started) return null
			const { token, expiresAt, absoluteExpiresAt } = started
			return {
				kind: "cookie",
				token,
				expiresAt,
				keepUntil: remember ? absoluteExpiresAt : null,
				device: markDevice(user, caller.device),
			}
		},
		authenticate: (shown) => (shown.cookie ? findSession(shown.cookie, name) : nobody),
		async signOut(shown) {
			if (shown.cookie) await endSession(shown.cookie)
		},
	} satisfies Backend
}
