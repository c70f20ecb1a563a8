import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node"
import { useActionData, useLoaderData } from "@remix-run/react"
import { changePassword } from "../auth/password-change.server"
import { passwordChangeSchema } from "../auth/schema"
import { config } from "../auth.config"
import { describeFields } from "../http/form-description.server"
import { requireUser } from "../http/guard.server"
import { answer, type RefusedForm, read, refuse } from "../http/submission.server"
import { PasswordChangePage } from "../pages/password-change"
import { titled } from "../ui/title"

export { keepForm as clientAction } from "../ui/keep-form"
export { keepAfterRefusal as shouldRevalidate } from "../ui/revalidation"

export const handle = { hashesPassword: true }
export const meta = titled("Change your password")

export async function loader(args: LoaderFunctionArgs) {
	const { user } = await requireUser(args)
	return {
		fields: describeFields(passwordChangeSchema),
		username: user.username,
		min_password_length: config.password.minCodePoints,
		max_password_length: config.password.maxCodePoints,
		...(!args.context.json && { password_reset: config.passwordReset.enabled }),
	}
}

export async function action(args: ActionFunctionArgs) {
	const signedIn = await requireUser(args)
	const submission = await read(args, passwordChangeSchema)
	if (!submission.ok) return submission.answer
	const outcome = await changePassword(submission.value, signedIn, args.context.caller)
	if (!outcome.ok) return refuse(outcome, submission)
	const { renewed } = outcome
	return answer(submission, {
		body: {},
		redirectTo: "/account",
		session: renewed && { kind: "cookie", ...renewed },
		notice: "password_changed",
	})
}

export default function PasswordChange() {
	return <PasswordChangePage {...useLoaderData<typeof loader>()} refused={useActionData<RefusedForm>()} />
}
