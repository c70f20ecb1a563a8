import { type ActionFunctionArgs, data, type LoaderFunctionArgs } from "@remix-run/node"
import { useActionData, useLoaderData } from "@remix-run/react"
import { confirmEmailChange } from "../auth/email-change.server"
import { linkFields, openLink } from "../auth/link.server"
import { emailConfirmSchema } from "../auth/schema"
import { getSignedIn } from "../http/guard.server"
import { problem } from "../http/problem"
import { queryOf } from "../http/query.server"
import { answer, type RefusedForm, read, refuse } from "../http/submission.server"
import { userOutput } from "../http/user-output.server"
import { EmailConfirmPage } from "../pages/email-confirm"
import { titled } from "../ui/title"

export { keepForm as clientAction } from "../ui/keep-form"
export { keepAfterRefusal as shouldRevalidate } from "../ui/revalidation"

export const meta = titled("Confirm your new address")

export async function loader(args: LoaderFunctionArgs) {
	const { request, context } = args
	const link = queryOf(request, linkFields)
	const opened = await openLink("email_change", link, context.caller.now)
	if (opened.ok) {
		const { id, username, pendingEmail } = opened.user
		// Programs press no buttons by mistake.
		const isOwn = context.json || (await getSignedIn(args))?.user.id === id
		return { link, email: pendingEmail, ...(!isOwn && { username }) }
	}
	const refused = problem(opened.code)
	return data({ link, problem: refused }, { status: refused.status })
}

export async function action(args: ActionFunctionArgs) {
	const submission = await read(args, emailConfirmSchema)
	if (!submission.ok) return submission.answer
	const signedIn = await getSignedIn(args)
	const outcome = await confirmEmailChange(submission.value, signedIn, args.context.caller)
	if (!outcome.ok) return refuse(outcome, submission)
	const { user, renewed } = outcome
	return answer(submission, {
		body: { user: userOutput(user) },
		redirectTo: "/account",
		session: renewed && { kind: "cookie", ...renewed },
		notice: "email_changed",
	})
}

export default function EmailConfirm() {
	return <EmailConfirmPage {...useLoaderData<typeof loader>()} refused={useActionData<RefusedForm>()} />
}
