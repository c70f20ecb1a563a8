import type { ActionFunctionArgs } from "@remix-run/node"
import { useActionData } from "@remix-run/react"
import { resendSchema } from "../auth/schema"
import { resendVerification } from "../auth/verify.server"
import { config } from "../auth.config"
import { clientOf } from "../server/client-address.server"
import { describeFields } from "../http/form-description.server"
import { redirectTarget } from "../http/redirect.server"
import { answer, type RefusedForm, read, refuse } from "../http/submission.server"
import { VerifyResendPage } from "../pages/verify-resend"
import { titled } from "../ui/title"

export const meta = titled("Get a new link")

export async function loader() {
	return { fields: describeFields(resendSchema), captcha: null }
}

export async function action({ request, context }: ActionFunctionArgs) {
	const submission = await read(request, resendSchema)
	if (!submission.ok) return submission.answer
	const outcome = await resendVerification(submission.value.email, clientOf(request, context))
	if (!outcome.ok) return refuse(outcome, submission)
	const redirectTo = redirectTarget(submission.redirectTo, config.verification.redirectTo)
	return answer(submission, { status: 202, body: {}, redirectTo, notice: "resent" })
}

export default function VerifyResend() {
	return <VerifyResendPage refused={useActionData<RefusedForm>()} />
}
