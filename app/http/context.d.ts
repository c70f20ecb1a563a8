import type { Shown } from "../auth/backend/backend"
import type { Caller } from "../auth/caller"
import type { PolicySources } from "../auth/captcha/captcha"

/** What travels with a request into loaders and actions beside the web's `Request`. Each is worked out once. */
declare module "@remix-run/node" {
	interface AppLoadContext {
		/** All that the domain may know of the request. */
		caller: Caller
		/** What shows whose request it is. */
		shown: Shown
		/** Whether the answer is JSON; otherwise it is a page. */
		json: boolean
		/** The client's own: Remix runs loaders with GET, also after an action. */
		method: string
		/** Whether a page's own script asks, in the router's format: the page around stays. */
		script: boolean
		/** Lets this page load from elsewhere, by directive of its content security policy. */
		admit: (sources: PolicySources) => void
		/** For inline scripts and styles. */
		nonce: string
		/** The page, once it is rendered; its answer has no body of its own. */
		html?: string | Buffer
	}
}
