import type { Caller } from "../caller"
import type { SignedIn } from "../session/session.server"
import type { User } from "../user/user.server"

/** One way to stay signed in: what it hands out after the password, how it recognises that, how it ends it. */
export type Backend = {
	/** Also the end of `/login/<name>`. */
	name: string
	/** @returns null for an account that was deleted, deactivated or reset since `user` was read */
	signIn: (user: User, options: SignInOptions, caller: Caller) => Promise<Grant | null>
	/** @returns null for what is not this back end's, or no longer valid */
	authenticate: (shown: Shown, caller: Caller) => Promise<SignedIn | null>
	/** Ends what is shown, where that can be ended. What is not there, or not this back end's, is no error. */
	signOut: (shown: Shown) => Promise<void>
}

/** What a request shows to tell who sends it. */
export type Shown = {
	/** The session cookie's token; null beside an `Authorization` header, which wins. */
	cookie: string | null
	/** The token of `Authorization: Bearer <token>`. */
	bearer: string | null
	/** Any header, for a back end of a fork's own. */
	header: (name: string) => string | null
}

export type SignInOptions = {
	/** Stay signed in to the session's absolute end, even if unused. */
	remember: boolean
	/** What the request showed: the session that a new one replaces. */
	replaces: Shown
}

/** What is handed out. `http/session-transport.server.ts` makes a cookie or a body of it. */
export type Grant = { token: string; expiresAt: Date } & (
	| {
			kind: "cookie"
			/** How long the cookie outlives the browser; null for not at all. */
			keepUntil: Date | null
			/** The browser's marks, see `device.server.ts`. */
			device: string
	  }
	| { kind: "token"; expiresInSeconds: number }
)
