import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node"
import { useActionData, useLoaderData } from "@remix-run/react"
import { resendFormSchema, resendSchema } from "../auth/schema"
import { resendVerification } from "../auth/verify.server"
import { showCaptcha } from "../http/captcha.server"
import { describeFields } from "../http/form-description.server"
import { requireVerification } from "../http/guard.server"
import { mailedCookie } from "../http/mailed-cookie.server"
import { mailedPath, requestedPath } from "../http/redirect.server"
import { readRegistration, registrationCookie, userOfMark } from "../http/registration-cookie.server"
import { answer, type RefusedForm, read, refuse } from "../http/submission.server"
import { VerifyResendPage } from "../pages/verify-resend"
import { titled } from "../ui/title"

export { keepForm as clientAction } from "../ui/keep-form"
export { keepAfterRefusal as shouldRevalidate } from "../ui/revalidation"

export const meta = titled("Get a new link")

export async function loader(args: LoaderFunctionArgs) {
	requireVerification()
	const redirect_to = requestedPath(args.request)
	const captcha = showCaptcha("resend", args)
	return { fields: describeFields(resendSchema), captcha, ...(redirect_to !== null && { redirect_to }) }
}

export async function action(args: ActionFunctionArgs) {
	requireVerification()
	const { request, context } = args
	const submission = await read(args, resendFormSchema, "resend")
	if (!submission.ok) return submission.answer
	const { value, typed, token, json } = submission
	const marked = userOfMark(value.registration)
	const redirectTo = mailedPath(submission.redirectTo)
	const registered = marked ?? readRegistration(request)
	const outcome = await resendVerification(value.email, registered, redirectTo, context.caller, token)
	if (!outcome.ok) return refuse(outcome, submission)
	const email = typed.email ?? value.email.address
	const before = mailedCookie.read(request, context.caller.now)
	const promised = marked !== null || (before?.promised === true && before.email === email)
	const cookies = [
		mailedCookie.set({ email, promised, redirect_to: redirectTo }, context.caller.now),
		...(marked ? [registrationCookie(marked)] : []),
	]
	return answer(submission, {
		status: 202,
		body: {},
		redirectTo: "/verify/sent",
		cookies: json ? [] : cookies,
		notice: "resent",
	})
}

export default function VerifyResend() {
	return <VerifyResendPage {...useLoaderData<typeof loader>()} refused={useActionData<RefusedForm>()} />
}
