import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node"
import { useActionData, useLoaderData } from "@remix-run/react"
import { findBackend } from "../auth/backend/backends.server"
import { login } from "../auth/login.server"
import { loginSchema } from "../auth/schema"
import { config } from "../auth.config"
import { showCaptcha } from "../http/captcha.server"
import { describeFields } from "../http/form-description.server"
import { notFound, requireAnonymous } from "../http/guard.server"
import { requestedPath } from "../http/redirect.server"
import { answer, type RefusedForm, read, refuse } from "../http/submission.server"
import { userOutput } from "../http/user-output.server"
import { usernameCookie } from "../http/username-cookie.server"
import { LoginPage } from "../pages/login"
import { titled } from "../ui/title"

export { keepForm as clientAction } from "../ui/keep-form"
export { keepAfterRefusal as shouldRevalidate } from "../ui/revalidation"

export const handle = { hashesPassword: true }
export const meta = titled("Sign in", { forStrangers: true })

export async function loader(args: LoaderFunctionArgs) {
	await requireAnonymous(args)
	const username = usernameCookie.read(args.request, args.context.caller.now)
	return {
		fields: describeFields(loginSchema),
		captcha: showCaptcha("login", args),
		redirect_to: requestedPath(args.request),
		...(username !== null && { username }),
		password_reset: config.passwordReset.enabled,
		registration: config.registration.enabled,
	}
}

/** Also of `/login/:backend`; the pages sign in by cookie. */
export async function action(args: ActionFunctionArgs) {
	const { request, params, context } = args
	const backend = findBackend(params.backend ?? "cookie")
	if (!backend) throw notFound()
	const submission = await read(args, loginSchema, "login")
	if (!submission.ok) return submission.answer
	const options = { backend, replaces: context.shown, token: submission.token }
	const outcome = await login(submission.value, options, context.caller)
	if (!outcome.ok) return refuse(outcome, submission)
	const redirectTo = submission.redirectTo ?? config.login.redirectTo
	const { user, grant } = outcome
	return answer(submission, {
		body: { user: userOutput(user), expires_at: grant.expiresAt.toISOString(), redirect_to: redirectTo },
		redirectTo,
		session: grant,
		cookies: usernameCookie.remove(request),
	})
}

export default function Login() {
	return <LoginPage {...useLoaderData<typeof loader>()} refused={useActionData<RefusedForm>()} />
}
