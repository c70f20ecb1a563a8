import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node"
import { type MetaFunction, useActionData, useLoaderData } from "@remix-run/react"
import { requestReset } from "../auth/reset.server"
import { forgotPasswordSchema } from "../auth/schema"
import { showCaptcha } from "../http/captcha.server"
import { describeFields } from "../http/form-description.server"
import { getSignedIn, requirePasswordReset } from "../http/guard.server"
import { takeNotice } from "../http/notice.server"
import { readRegistration } from "../http/registration-cookie.server"
import { answer, type RefusedForm, read, refuse } from "../http/submission.server"
import { ForgotPasswordPage } from "../pages/forgot-password"
import { titled } from "../ui/title"

export { keepForm as clientAction } from "../ui/keep-form"
export { keepAfterRefusal as shouldRevalidate } from "../ui/revalidation"

export const meta: MetaFunction = (args) => {
	const { sent } = (args.data ?? {}) as { sent?: boolean }
	return titled(sent ? "Check your mail" : "Forgot your password?")(args)
}

export async function loader(args: LoaderFunctionArgs) {
	requirePasswordReset()
	const form = { fields: describeFields(forgotPasswordSchema), captcha: showCaptcha("forgot", args) }
	if (args.context.json) return form
	if (takeNotice(args.request)?.name === "reset_requested") return { ...form, sent: true }
	return { ...form, signed_in: (await getSignedIn(args)) !== null }
}

export async function action(args: ActionFunctionArgs) {
	requirePasswordReset()
	const { request, context } = args
	const submission = await read(args, forgotPasswordSchema, "forgot")
	if (!submission.ok) return submission.answer
	const outcome = await requestReset(
		submission.value,
		readRegistration(request),
		context.caller,
		submission.token,
	)
	if (!outcome.ok) return refuse(outcome, submission)
	return answer(submission, {
		status: 202,
		body: {},
		redirectTo: "/forgot-password",
		notice: "reset_requested",
	})
}

export default function ForgotPassword() {
	return <ForgotPasswordPage {...useLoaderData<typeof loader>()} refused={useActionData<RefusedForm>()} />
}
