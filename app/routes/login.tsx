import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node"
import { useActionData, useLoaderData } from "@remix-run/react"
import { login } from "../auth/login.server"
import { loginSchema } from "../auth/schema"
import { publicUser } from "../auth/user/user.server"
import { config } from "../auth.config"
import { clientOf } from "../server/client-address.server"
import { readSessionToken, sessionCookie } from "../http/cookie.server"
import { describeFields } from "../http/form-description.server"
import { requireAnonymous } from "../http/guard.server"
import { ownPath, redirectTarget, requestedPath } from "../http/redirect.server"
import { answer, type RefusedForm, read, refuse } from "../http/submission.server"
import { LoginPage } from "../pages/login"
import { titled } from "../ui/title"

export const meta = titled("Sign in")

export async function loader({ request, context }: LoaderFunctionArgs) {
	await requireAnonymous(request, context, redirectTarget(requestedPath(request), config.login.redirectTo))
	return { fields: describeFields(loginSchema), captcha: null, redirect_to: ownPath(requestedPath(request)) }
}

export async function action({ request, context }: ActionFunctionArgs) {
	const submission = await read(request, loginSchema)
	if (!submission.ok) return submission.answer
	const outcome = await login(submission.value, clientOf(request, context), readSessionToken(request))
	if (!outcome.ok) return refuse(outcome, submission)
	const { user, session, remember } = outcome
	const redirectTo = redirectTarget(submission.redirectTo, config.login.redirectTo)
	return answer(submission, {
		body: { user: publicUser(user), expires_at: session.expiresAt.toISOString(), redirect_to: redirectTo },
		redirectTo,
		cookies: [sessionCookie(session.token, remember ? session.absoluteExpiresAt : null)],
	})
}

export default function Login() {
	return <LoginPage {...useLoaderData<typeof loader>()} refused={useActionData<RefusedForm>()} />
}
