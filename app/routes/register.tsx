import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node"
import { useActionData, useLoaderData } from "@remix-run/react"
import { register } from "../auth/register.server"
import { registerSchema } from "../auth/schema"
import { config } from "../auth.config"
import { describeFields } from "../http/form-description.server"
import { requireAnonymous, requireRegistration } from "../http/guard.server"
import { requestedPath } from "../http/redirect.server"
import { registrationCookie } from "../http/registration-cookie.server"
import { shownBy } from "../http/session-transport.server"
import { answer, type RefusedForm, read, refuse } from "../http/submission.server"
import { registeredOutput } from "../http/user-output.server"
import { RegisterPage } from "../pages/register"
import { titled } from "../ui/title"

export const meta = titled("Create an account", { forStrangers: true })

export async function loader(args: LoaderFunctionArgs) {
	requireRegistration()
	await requireAnonymous(args)
	return {
		fields: describeFields(registerSchema),
		captcha: null,
		open: !config.registration.readOnly,
		redirect_to: requestedPath(args.request),
		min_password_length: config.password.minCodePoints,
		verification: config.verification.enabled,
	}
}

export async function action(args: ActionFunctionArgs) {
	requireRegistration()
	if (config.registration.readOnly) return refuse("read_only", { typed: {} })
	const submission = await read(args, registerSchema)
	if (!submission.ok) return submission.answer
	const outcome = await register(submission.value, args.context.caller, shownBy(args.request))
	if (!outcome.ok) return refuse(outcome, submission)
	const { user, verification, grant } = outcome
	const redirectTo =
		submission.redirectTo ?? (grant ? config.login.redirectTo : config.registration.redirectTo)
	return answer(submission, {
		status: 201,
		body: { user: registeredOutput(user), verification, redirect_to: redirectTo },
		redirectTo,
		session: grant,
		cookies: grant ? [] : [registrationCookie(user.id)],
		notice: verification === "sent" ? "registered" : grant ? undefined : "registered_without_mail",
	})
}

export default function Register() {
	return <RegisterPage {...useLoaderData<typeof loader>()} refused={useActionData<RefusedForm>()} />
}
