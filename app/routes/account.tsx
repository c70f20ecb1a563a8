import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node"
import { useActionData, useLoaderData } from "@remix-run/react"
import { updateProfile } from "../auth/account.server"
import { pendingEmail } from "../auth/email-change.server"
import { profileSchema } from "../auth/schema"
import { describeFields } from "../http/form-description.server"
import { requireUser } from "../http/guard.server"
import { answer, type RefusedForm, read, refuse } from "../http/submission.server"
import { userFor, userOutput } from "../http/user-output.server"
import { AccountPage } from "../pages/account"
import { titled } from "../ui/title"

export { keepForm as clientAction } from "../ui/keep-form"
export { keepAfterRefusal as shouldRevalidate } from "../ui/revalidation"

export const meta = titled("Your account")

export const handle = { methods: ["POST", "PATCH"] }

export async function loader(args: LoaderFunctionArgs) {
	const { user, session } = await requireUser(args)
	const body = {
		user: userFor(args.context, user),
		session: {
			expires_at: session.expiresAt.toISOString(),
			absolute_expires_at: session.absoluteExpiresAt.toISOString(),
			backend: session.backend,
		},
	}
	if (args.context.json) return body
	// The form shows every field of the profile, a fork's too, except secret ones.
	const values = new Map<string, unknown>(Object.entries(user))
	const profile = describeFields(profileSchema)
		.filter(({ type }) => type !== "password")
		.map((field) => ({ field, value: String(values.get(field.name) ?? "") }))
	const pending = pendingEmail(user, args.context.caller.now)
	const waiting = pending && { email: pending.email, expires_at: pending.expiresAt.toISOString() }
	return { ...body, profile, ...(waiting && { waiting }) }
}

export async function action(args: ActionFunctionArgs) {
	const { user } = await requireUser(args)
	const submission = await read(args, profileSchema)
	if (!submission.ok) return submission.answer
	const outcome = await updateProfile(submission.value, user, args.context.caller)
	if (!outcome.ok) return refuse(outcome, submission)
	return answer(submission, {
		body: { user: userOutput(outcome.user) },
		redirectTo: "/account",
		notice: "profile_saved",
	})
}

export default function Account() {
	return <AccountPage {...useLoaderData<typeof loader>()} refused={useActionData<RefusedForm>()} />
}
