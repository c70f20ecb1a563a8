import { type AppLoadContext, data, replace } from "@remix-run/node"
import { findSession, type SignedIn } from "../auth/session/session.server"
import { env } from "../env.server"
import { readSessionToken } from "./cookie.server"
import { prefersJson } from "../server/content-negotiation.server"
import { problem } from "./problem"

// Guards lead elsewhere by `replace`: a page that nobody may stay on must not be where the Back button leads.

export async function getSignedIn(request: Request): Promise<SignedIn | null> {
	const token = readSessionToken(request)
	return token ? findSession(token) : null
}

/** For pages of one's own. A person is sent to sign in and comes back; a program gets 401 `unauthenticated`. */
export async function requireUser(request: Request): Promise<SignedIn> {
	const signedIn = await getSignedIn(request)
	if (signedIn) return signedIn
	if (prefersJson(request)) throw data(problem("unauthenticated"), { status: 401 })
	const { pathname, search } = new URL(request.url)
	throw replace(`/login?${new URLSearchParams({ redirect_to: pathname + search })}`, 303)
}

/** For pages that make no sense when signed in: a person is led to where signing in would have led. */
export async function requireAnonymous(
	request: Request,
	{ method }: AppLoadContext,
	destination: string,
): Promise<void> {
	// A form that was refused is shown again, also to somebody signed in.
	if (prefersJson(request) || !["GET", "HEAD"].includes(method)) return
	if (await getSignedIn(request)) throw replace(destination, 303)
}

/** For tools that show what only a developer may see. */
export function requireDevelopment(): void {
	if (env.production) throw notFound()
}

/** A `Response`, so that routes with and without a page can throw it. */
export function notFound(): Response {
	const body = problem("not_found")
	return Response.json(body, { status: body.status, headers: { "Content-Type": "application/problem+json" } })
}
