import type { Caller } from "../auth/caller"

/** What travels with a request into loaders and actions beside the web's `Request`. Each is worked out once. */
declare module "@remix-run/node" {
	interface AppLoadContext {
		/** All that the domain may know of the request. */
		caller: Caller
		/** Whether the answer is JSON; otherwise it is a page. */
		json: boolean
		/** The client's own: Remix runs loaders with GET, also after an action. */
		method: string
		/** For inline scripts and styles. */
		nonce: string
	}
}
