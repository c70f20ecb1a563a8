import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node"
import { useActionData, useLoaderData } from "@remix-run/react"
import { register } from "../auth/register.server"
import { registerSchema } from "../auth/schema"
import { config } from "../auth.config"
import { clientOf } from "../server/client-address.server"
import { describeFields } from "../http/form-description.server"
import { requireAnonymous } from "../http/guard.server"
import { ownPath, redirectTarget, requestedPath } from "../http/redirect.server"
import { answer, type RefusedForm, read, refuse } from "../http/submission.server"
import { RegisterPage } from "../pages/register"
import { titled } from "../ui/title"

export const meta = titled("Create an account")

export async function loader({ request, context }: LoaderFunctionArgs) {
	await requireAnonymous(request, context, redirectTarget(requestedPath(request), config.login.redirectTo))
	const { minCodePoints } = config.password
	return {
		fields: describeFields(registerSchema),
		captcha: null,
		open: true,
		redirect_to: ownPath(requestedPath(request)),
		min_password_length: minCodePoints,
		verification: config.verification.enabled,
	}
}

export async function action({ request, context }: ActionFunctionArgs) {
	const submission = await read(request, registerSchema)
	if (!submission.ok) return submission.answer
	const outcome = await register(submission.value, clientOf(request, context))
	if (!outcome.ok) return refuse(outcome, submission)
	const { user, verification } = outcome
	const redirectTo = redirectTarget(submission.redirectTo, config.registration.redirectTo)
	return answer(submission, {
		status: 201,
		body: { user, verification, redirect_to: redirectTo },
		redirectTo,
		notice: verification === "sent" ? "registered" : "registered_without_mail",
	})
}

export default function Register() {
	return <RegisterPage {...useLoaderData<typeof loader>()} refused={useActionData<RefusedForm>()} />
}
