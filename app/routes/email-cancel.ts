import type { ActionFunctionArgs } from "@remix-run/node"
import { cancelEmailChange } from "../auth/email-change.server"
import { emailCancelSchema } from "../auth/schema"
import { requireUser } from "../http/guard.server"
import { answer, read, refuse } from "../http/submission.server"

/** What `/account/email` sends when a change that waits is called off. It has no page: what goes wrong gets one. */
export async function action(args: ActionFunctionArgs) {
	const signedIn = await requireUser(args)
	const submission = await read(args, emailCancelSchema)
	if (!submission.ok) throw submission.answer
	const outcome = await cancelEmailChange(signedIn, args.context.caller)
	if (!outcome.ok) throw refuse(outcome, submission)
	return answer(submission, {
		status: 204,
		body: null,
		redirectTo: "/account",
		notice: "email_change_canceled",
	})
}
