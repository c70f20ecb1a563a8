import type { Shown } from "./backend/backend"
import { authenticate, signOut } from "./backend/backends.server"
import type { Caller } from "./caller"
import { emit } from "./event.server"

/** Ends the session or token that made the call. Without one there is nothing to do, and that is no error. */
export async function logout(shown: Shown, caller: Caller): Promise<void> {
	const signedIn = await authenticate(shown, caller)
	await signOut(shown)
	if (signedIn) emit("user.signed_out", signedIn.user, caller)
}
