import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node"
import { useActionData, useLoaderData } from "@remix-run/react"
import { pendingEmail, requestEmailChange } from "../auth/email-change.server"
import { emailChangeSchema } from "../auth/schema"
import { config } from "../auth.config"
import { describeFields } from "../http/form-description.server"
import { requireUser } from "../http/guard.server"
import { answer, type RefusedForm, read, refuse } from "../http/submission.server"
import { EmailChangePage } from "../pages/email-change"
import { titled } from "../ui/title"

export { keepForm as clientAction } from "../ui/keep-form"
export { keepAfterRefusal as shouldRevalidate } from "../ui/revalidation"

export const handle = { hashesPassword: true }
export const meta = titled("Change your e-mail address")

export async function loader(args: LoaderFunctionArgs) {
	const { user } = await requireUser(args)
	const waiting = pendingEmail(user, args.context.caller.now)
	return {
		fields: describeFields(emailChangeSchema),
		email: user.email,
		...(!args.context.json && { username: user.username, password_reset: config.passwordReset.enabled }),
		pending: waiting && {
			email: waiting.email,
			requested_at: waiting.requestedAt.toISOString(),
			expires_at: waiting.expiresAt.toISOString(),
		},
	}
}

export async function action(args: ActionFunctionArgs) {
	const signedIn = await requireUser(args)
	const submission = await read(args, emailChangeSchema)
	if (!submission.ok) return submission.answer
	const outcome = await requestEmailChange(submission.value, signedIn, args.context.caller)
	if (!outcome.ok) return refuse(outcome, submission)
	return answer(submission, {
		status: 202,
		body: {},
		redirectTo: "/account",
		notice: "email_change_requested",
	})
}

export default function EmailChange() {
	return <EmailChangePage {...useLoaderData<typeof loader>()} refused={useActionData<RefusedForm>()} />
}
