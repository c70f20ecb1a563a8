import { type ActionFunctionArgs, data, type LoaderFunctionArgs } from "@remix-run/node"
import { useActionData, useLoaderData } from "@remix-run/react"
import { findConfirmed, findExpired, linkFields, openLink } from "../auth/link.server"
import { verifySchema } from "../auth/schema"
import { disownRegistration, needsPassword, verify } from "../auth/verify.server"
import { config } from "../auth.config"
import { getSignedIn, requireVerification } from "../http/guard.server"
import { mailedCookie } from "../http/mailed-cookie.server"
import { problem } from "../http/problem"
import { queryOf } from "../http/query.server"
import { requestedPath } from "../http/redirect.server"
import { readRegistration } from "../http/registration-cookie.server"
import { answer, type RefusedForm, read, refuse } from "../http/submission.server"
import { userOutput } from "../http/user-output.server"
import { usernameCookie } from "../http/username-cookie.server"
import { VerifyPage } from "../pages/verify"
import { titled } from "../ui/title"

export { keepForm as clientAction } from "../ui/keep-form"
export { isAnswered as shouldRevalidate } from "../ui/revalidation"

export const meta = titled("Confirm your address")

export async function loader(args: LoaderFunctionArgs) {
	requireVerification()
	const { request, context } = args
	const { now } = context.caller
	const link = queryOf(request, linkFields)
	const redirect_to = requestedPath(request)
	const checked = await openLink("verify", link, now)
	// With `verification.oneTimeUse` off, a link that was used is still one.
	if (checked.ok && (context.json || checked.user.emailVerifiedAt === null)) {
		const holder = { registered: readRegistration(request), isProgram: context.json }
		const needs_password = await needsPassword(checked.user, holder)
		const { username, email } = checked.user
		const forPeople = { email, password_reset: config.passwordReset.enabled }
		return { link, redirect_to, username, needs_password, ...(!context.json && forPeople) }
	}
	// A program asks whether the link works; a person whether the address is confirmed.
	if (!context.json && (await findConfirmed(link))) {
		const onward = (await getSignedIn(args)) ? (redirect_to ?? config.login.redirectTo) : null
		return { link, redirect_to, confirmed: { onward } }
	}
	const refused = problem(checked.ok ? "link_invalid" : checked.code)
	const email = (await findExpired("verify", link, now))?.email ?? mailedCookie.read(request, now)?.email
	return data({ link, redirect_to, email, problem: refused }, { status: refused.status })
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
		replaces: context.shown,
	}
	const outcome = await verify(value, holder, context.caller)
	if (!outcome.ok) return refuse(outcome, submission)
	const { user, grant } = outcome
	const destination = redirectTo ?? (grant ? config.login.redirectTo : config.verification.redirectTo)
	return answer(submission, {
		body: { user: userOutput(user), redirect_to: destination },
		redirectTo: destination,
		session: grant,
		cookies: [
			...mailedCookie.remove(request),
			...(grant || json ? [] : [usernameCookie.set(user.username, context.caller.now)]),
		],
		notice: grant ? "verified_signed_in" : "verified",
	})
}

export default function Verify() {
	return <VerifyPage {...useLoaderData<typeof loader>()} refused={useActionData<RefusedForm>()} />
}
