import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node"
import { useActionData, useLoaderData } from "@remix-run/react"
import { register } from "../auth/register.server"
import { registerSchema } from "../auth/schema"
import { config } from "../auth.config"
import { showCaptcha } from "../http/captcha.server"
import { describeFields } from "../http/form-description.server"
import { requireAnonymous, requireRegistration } from "../http/guard.server"
import { mailedCookie } from "../http/mailed-cookie.server"
import type { Notice } from "../http/notice.server"
import { mailedPath, requestedPath } from "../http/redirect.server"
import { readRegistration, registrationCookie } from "../http/registration-cookie.server"
import { answer, type RefusedForm, read, refuse } from "../http/submission.server"
import { registeredOutput } from "../http/user-output.server"
import { RegisterPage } from "../pages/register"
import { titled } from "../ui/title"

const CHECK_YOUR_MAIL = "/verify/sent"

type Outcome = { isMailed: boolean; isSignedIn: boolean }

export { keepForm as clientAction } from "../ui/keep-form"
export { keepAfterRefusal as shouldRevalidate } from "../ui/revalidation"

export const handle = { hashesPassword: true }
export const meta = titled("Create an account", { forStrangers: true })

export async function loader(args: LoaderFunctionArgs) {
	requireRegistration()
	await requireAnonymous(args)
	return {
		fields: describeFields(registerSchema),
		captcha: config.registration.readOnly ? null : showCaptcha("register", args),
		open: !config.registration.readOnly,
		redirect_to: requestedPath(args.request),
		min_password_length: config.password.minCodePoints,
		max_password_length: config.password.maxCodePoints,
		verification: config.verification.enabled,
		...(!args.context.json && { username_length: config.username }),
	}
}

export async function action(args: ActionFunctionArgs) {
	requireRegistration()
	if (config.registration.readOnly) return refuse("read_only", { typed: {} })
	const { request, context } = args
	const submission = await read(args, registerSchema, "register")
	if (!submission.ok) return submission.answer
	const { redirectTo, typed, json } = submission
	const onward = mailedPath(redirectTo)
	const registrant = {
		registered: readRegistration(request),
		redirectTo: onward,
		replaces: context.shown,
		token: submission.token,
	}
	const outcome = await register(submission.value, registrant, context.caller)
	if (!outcome.ok) return refuse(outcome, submission)
	const { user, verification, grant } = outcome
	const isMailed = verification === "sent"
	const state = { isMailed, isSignedIn: grant !== null }
	const destination = destinationOf(redirectTo, state)
	const mailed = { email: typed.email ?? user.email, promised: true, redirect_to: onward }
	return answer(submission, {
		status: 201,
		body: { user: registeredOutput(user), verification, redirect_to: destination },
		redirectTo: destination,
		session: grant,
		cookies: [
			...(grant ? [] : [registrationCookie(user.id)]),
			...(isMailed && !json ? [mailedCookie.set(mailed, context.caller.now)] : []),
		],
		notice: noticeOf(state),
	})
}

/** Nobody who has a mail to open is led past the page that says so, unless the configuration does. */
function destinationOf(wanted: string | null, { isMailed, isSignedIn }: Outcome): string {
	const { redirectTo } = config.registration
	if (isMailed && redirectTo === undefined) return CHECK_YOUR_MAIL
	return wanted ?? (isSignedIn ? config.login.redirectTo : (redirectTo ?? "/login"))
}

/** "Check your mail" says it by itself. */
function noticeOf({ isMailed, isSignedIn }: Outcome): Notice | undefined {
	if (isMailed) return config.registration.redirectTo === undefined ? undefined : "registered"
	return isSignedIn ? undefined : "registered_without_mail"
}

export default function Register() {
	return <RegisterPage {...useLoaderData<typeof loader>()} refused={useActionData<RefusedForm>()} />
}
