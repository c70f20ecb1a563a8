import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node"
import { useActionData, useLoaderData } from "@remix-run/react"
import { login } from "../auth/login.server"
import { loginSchema } from "../auth/schema"
import { publicUser } from "../auth/user/user.server"
import { config } from "../auth.config"
import { describeFields } from "../http/form-description.server"
import { requireAnonymous } from "../http/guard.server"
import { requestedPath } from "../http/redirect.server"
import { readSessionToken, sessionCookie } from "../http/session-cookie.server"
import { answer, type RefusedForm, read, refuse } from "../http/submission.server"
import { LoginPage } from "../pages/login"
import { titled } from "../ui/title"

export const meta = titled("Sign in", { forStrangers: true })

export async function loader(args: LoaderFunctionArgs) {
	await requireAnonymous(args)
	return { fields: describeFields(loginSchema), captcha: null, redirect_to: requestedPath(args.request) }
}

export async function action(args: ActionFunctionArgs) {
	const submission = await read(args, loginSchema)
	if (!submission.ok) return submission.answer
	const outcome = await login(submission.value, args.context.caller, readSessionToken(args.request))
	if (!outcome.ok) return refuse(outcome, submission)
	const { user, session, remember } = outcome
	const redirectTo = submission.redirectTo ?? config.login.redirectTo
	return answer(submission, {
		body: { user: publicUser(user), expires_at: session.expiresAt.toISOString(), redirect_to: redirectTo },
		redirectTo,
		cookies: [sessionCookie(session.token, remember ? session.absoluteExpiresAt : null)],
	})
}

export default function Login() {
	return <LoginPage {...useLoaderData<typeof loader>()} refused={useActionData<RefusedForm>()} />
}
