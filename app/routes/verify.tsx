import { type ActionFunctionArgs, data, type LoaderFunctionArgs } from "@remix-run/node"
import { useActionData, useLoaderData } from "@remix-run/react"
import { verifySchema } from "../auth/schema"
import { publicUser } from "../auth/user/user.server"
import { checkVerificationLink, verify } from "../auth/verify.server"
import { config } from "../auth.config"
import { clientOf } from "../server/client-address.server"
import { problem } from "../http/problem"
import { redirectTarget } from "../http/redirect.server"
import { answer, type RefusedForm, read, refuse, singleValues } from "../http/submission.server"
import { VerifyPage } from "../pages/verify"
import { titled } from "../ui/title"

export const meta = titled("Confirm your address")

export async function loader({ request, context }: LoaderFunctionArgs) {
	const link = singleValues(new URL(request.url).searchParams, verifySchema)
	const checked = await checkVerificationLink(link, clientOf(request, context))
	if (checked.ok) return { link }
	const refused = problem(checked.code)
	return data({ link, problem: refused }, { status: refused.status })
}

export async function action({ request, context }: ActionFunctionArgs) {
	const submission = await read(request, verifySchema)
	if (!submission.ok) return submission.answer
	const outcome = await verify(submission.value, clientOf(request, context))
	if (!outcome.ok) return refuse(outcome, submission)
	const redirectTo = redirectTarget(submission.redirectTo, config.verification.redirectTo)
	return answer(submission, {
		body: { user: publicUser(outcome.user), redirect_to: redirectTo },
		redirectTo,
		notice: "verified",
	})
}

export default function Verify() {
	return <VerifyPage {...useLoaderData<typeof loader>()} refused={useActionData<RefusedForm>()} />
}
