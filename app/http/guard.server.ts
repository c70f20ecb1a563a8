import { data, type LoaderFunctionArgs, replace } from "@remix-run/node"
import { authenticate } from "../auth/backend/backends.server"
import type { SignedIn } from "../auth/session/session.server"
import { config } from "../auth.config"
import { env } from "../env.server"
import { noticeCookie } from "./notice.server"
import { bearerChallenge, problem } from "./problem"
import { ownPath, requestedPath } from "./redirect.server"

// Guards lead elsewhere by `replace`: a page that nobody may stay on must not be where the Back button leads.

/**
 * For pages of one's own, in loader and action. A person is sent to sign in and comes back; a program gets 401
 * `unauthenticated`.
 */
export async function requireUser(args: LoaderFunctionArgs): Promise<SignedIn> {
	const signedIn = await getSignedIn(args)
	if (signedIn) return signedIn
	if (args.context.json) throw data(problem("unauthenticated"), { status: 401, headers: bearerChallenge })
	const { pathname, search } = new URL(args.request.url)
	const wanted = ownPath(pathname + search)
	const query = wanted ? `?${new URLSearchParams({ redirect_to: wanted })}` : ""
	const hadSession = args.context.shown.cookie !== null
	const notice = hadSession ? { headers: { "Set-Cookie": noticeCookie("session_ended") } } : {}
	throw replace(`/login${query}`, { status: 303, ...notice })
}

/** For pages of superusers, in loader and action. Everybody else who is signed in gets 403 `forbidden`. */
export async function requireSuperuser(args: LoaderFunctionArgs): Promise<SignedIn> {
	const signedIn = await requireUser(args)
	if (!signedIn.user.superuser) throw data(problem("forbidden"), { status: 403 })
	return signedIn
}

/** For pages that make no sense when signed in: a person is led to where signing in would have led. */
export async function requireAnonymous(args: LoaderFunctionArgs): Promise<void> {
	const { request, context } = args
	// A form that was refused is shown again, also to somebody signed in.
	if (context.json || !["GET", "HEAD"].includes(context.method)) return
	if (await getSignedIn(args)) throw replace(requestedPath(request) ?? config.login.redirectTo, 303)
}

export function getSignedIn({ context }: LoaderFunctionArgs): Promise<SignedIn | null> {
	return authenticate(context.shown, context.caller)
}

/** For tools that show what only a developer may see. */
export function requireDevelopment(): void {
	if (env.production) throw notFound()
}

/** For what there is only while addresses are verified. */
export function requireVerification(): void {
	if (!config.verification.enabled) throw notFound()
}

/** For what there is only while people can register. */
export function requireRegistration(): void {
	if (!config.registration.enabled) throw notFound()
}

/** For what there is only while forgotten passwords are replaced by mail. */
export function requirePasswordReset(): void {
	if (!config.passwordReset.enabled) throw notFound()
}

/** A `Response`, so that routes with and without a page can throw it. */
export function notFound(): Response {
	const body = problem("not_found")
	return Response.json(body, { status: body.status, headers: { "Content-Type": "application/problem+json" } })
}
