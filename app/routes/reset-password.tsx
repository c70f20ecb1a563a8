import { type ActionFunctionArgs, data, type LoaderFunctionArgs } from "@remix-run/node"
import { useActionData, useLoaderData } from "@remix-run/react"
import { linkFields, openLink } from "../auth/link.server"
import { resetPassword } from "../auth/reset.server"
import { resetPasswordSchema } from "../auth/schema"
import { config } from "../auth.config"
import { requirePasswordReset } from "../http/guard.server"
import { problem } from "../http/problem"
import { queryOf } from "../http/query.server"
import { answer, type RefusedForm, read, refuse } from "../http/submission.server"
import { usernameCookie } from "../http/username-cookie.server"
import { ResetPasswordPage } from "../pages/reset-password"
import { titled } from "../ui/title"

export { keepForm as clientAction } from "../ui/keep-form"
export { keepAfterRefusal as shouldRevalidate } from "../ui/revalidation"

export const handle = { hashesPassword: true }
export const meta = titled("Choose a new password")

export async function loader({ request, context }: LoaderFunctionArgs) {
	requirePasswordReset()
	const link = queryOf(request, linkFields)
	const opened = await openLink("reset", link, context.caller.now)
	if (opened.ok) {
		return {
			link,
			username: opened.user.username,
			min_password_length: config.password.minCodePoints,
			max_password_length: config.password.maxCodePoints,
		}
	}
	const refused = problem(opened.code)
	return data({ link, problem: refused }, { status: refused.status })
}

export async function action(args: ActionFunctionArgs) {
	requirePasswordReset()
	const { caller } = args.context
	const submission = await read(args, resetPasswordSchema)
	if (!submission.ok) return submission.answer
	const outcome = await resetPassword(submission.value, caller)
	if (!outcome.ok) return refuse(outcome, submission)
	return answer(submission, {
		body: {},
		redirectTo: "/login",
		cookies: submission.json ? [] : [usernameCookie.set(outcome.user.username, caller.now)],
		notice: "password_reset",
	})
}

export default function ResetPassword() {
	return <ResetPasswordPage {...useLoaderData<typeof loader>()} refused={useActionData<RefusedForm>()} />
}
