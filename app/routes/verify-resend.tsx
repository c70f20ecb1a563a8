import type { ActionFunctionArgs } from "@remix-run/node"
import { useActionData } from "@remix-run/react"
import { resendSchema } from "../auth/schema"
import { resendVerification } from "../auth/verify.server"
import { config } from "../auth.config"
import { describeFields } from "../http/form-description.server"
import { requireVerification } from "../http/guard.server"
import { readRegistration } from "../http/registration-cookie.server"
import { answer, type RefusedForm, read, refuse } from "../http/submission.server"
import { VerifyResendPage } from "../pages/verify-resend"
import { titled } from "../ui/title"

export const meta = titled("Get a new link")

export async function loader() {
	requireVerification()
	return { fields: describeFields(resendSchema), captcha: null }
}

export async function action(args: ActionFunctionArgs) {
	requireVerification()
	const { request, context } = args
	const submission = await read(args, resendSchema)
	if (!submission.ok) return submission.answer
	const { email } = submission.value
	const outcome = await resendVerification(email, readRegistration(request), context.caller)
	if (!outcome.ok) return refuse(outcome, submission)
	const redirectTo = submission.redirectTo ?? config.verification.redirectTo
	return answer(submission, { status: 202, body: {}, redirectTo, notice: "resent" })
}

export default function VerifyResend() {
	return <VerifyResendPage refused={useActionData<RefusedForm>()} />
}
