import { type ActionFunctionArgs, data, type LoaderFunctionArgs } from "@remix-run/node"
import { useActionData, useLoaderData } from "@remix-run/react"
import { linkFields, openLink } from "../auth/link.server"
import { verifySchema } from "../auth/schema"
import { disownRegistration, needsPassword, verify } from "../auth/verify.server"
import { config } from "../auth.config"
import { requireVerification } from "../http/guard.server"
import { problem } from "../http/problem"
import { requestedPath } from "../http/redirect.server"
import { readRegistration } from "../http/registration-cookie.server"
import { shownBy } from "../http/session-transport.server"
import { answer, type RefusedForm, read, refuse, singleValues } from "../http/submission.server"
import { userOutput } from "../http/user-output.server"
import { VerifyPage } from "../pages/verify"
import { titled } from "../ui/title"

export const meta = titled("Confirm your address")

export async function loader({ request, context }: LoaderFunctionArgs) {
	requireVerification()
	const link = singleValues(new URL(request.url).searchParams, linkFields)
	const redirect_to = requestedPath(request)
	const checked = await openLink("verify", link, context.caller.now)
	if (checked.ok) {
		const holder = { registered: readRegistration(request), isProgram: context.json }
		const needs_password = await needsPassword(checked.user, holder)
		return { link, redirect_to, username: checked.user.username, needs_password }
	}
	const refused = problem(checked.code)
	return data({ link, redirect_to, problem: refused }, { status: refused.status })
}

export async function action(args: ActionFunctionArgs) {
	requireVerification()
	const { request, context } = args
	const submission = await read(args, verifySchema)
	if (!submission.ok) return submission.answer
	const { value, json, redirectTo } = submission
	if (value.intent === "not_me") {
		const outcome = await disownRegistration(value, context.caller)
		if (!outcome.ok) return refuse(outcome, submission)
		return answer(submission, { status: 204, body: null, redirectTo: "/", notice: "removed" })
	}
	const holder = {
		registered: readRegistration(request),
		isProgram: json,
		replaces: shownBy(request),
	}
	const outcome = await verify(value, holder, context.caller)
	if (!outcome.ok) return refuse(outcome, submission)
	const { user, grant } = outcome
	const destination = redirectTo ?? (grant ? config.login.redirectTo : config.verification.redirectTo)
	return answer(submission, {
		body: { user: userOutput(user), redirect_to: destination },
		redirectTo: destination,
		session: grant,
		notice: grant ? undefined : "verified",
	})
}

export default function Verify() {
	return <VerifyPage {...useLoaderData<typeof loader>()} refused={useActionData<RefusedForm>()} />
}
