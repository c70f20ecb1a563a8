import { log } from "../log.server"
import { endSession, findSession } from "./session/session.server"

/** Ends the session that made the call. Without one there is nothing to do, and that is no error. */
export async function logout(token: string | null): Promise<void> {
	if (!token) return
	const signedIn = await findSession(token)
	await endSession(token)
	if (signedIn) log.info({ event: "user.signed_out", user_id: signedIn.user.id }, "Signed out")
}
