import type { Caller } from "./caller"
import { emit } from "./event.server"
import { endSession, findSession } from "./session/session.server"

/** Ends the session that made the call. Without one there is nothing to do, and that is no error. */
export async function logout(token: string | null, caller: Caller): Promise<void> {
	if (!token) return
	const signedIn = await findSession(token)
	await endSession(token)
	if (signedIn) emit("user.signed_out", signedIn.user, caller)
}
