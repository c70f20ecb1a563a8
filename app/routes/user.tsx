import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node"
import { useActionData, useLoaderData } from "@remix-run/react"
import { refusal } from "../auth/refusal"
import { userChangeSchema } from "../auth/schema"
import { deleteUser, readUser, updateUser } from "../auth/users.server"
import { notFound, requireSuperuser } from "../http/guard.server"
import { answer, type RefusedForm, read, refuse } from "../http/submission.server"
import { userFor, userOutput } from "../http/user-output.server"
import { UserPage } from "../pages/user"
import { titled } from "../ui/title"

export { keepForm as clientAction } from "../ui/keep-form"
export { keepAfterRefusal as shouldRevalidate } from "../ui/revalidation"

export const meta = titled("User")

export const handle = { methods: ["POST", "PATCH", "DELETE"] }

export async function loader(args: LoaderFunctionArgs) {
	await requireSuperuser(args)
	return { user: userFor(args.context, await requireAccount(args)) }
}

export async function action(args: ActionFunctionArgs) {
	const by = await requireSuperuser(args)
	const { id } = await requireAccount(args)
	const submission = await read(args, userChangeSchema)
	if (!submission.ok) return submission.answer
	const { caller, method } = args.context
	const { intent, sure, ...change } = submission.value
	if (method === "DELETE" || (method === "POST" && intent === "delete")) {
		if (method === "POST" && !sure)
			return refuse(
				refusal("validation_failed", { faults: { sure: [{ code: "sure_missing" }] } }),
				submission,
			)
		const outcome = await deleteUser(id, by, caller)
		if (!outcome.ok) return refuse(outcome, submission)
		return answer(submission, { status: 204, body: null, redirectTo: "/users", notice: "user_deleted" })
	}
	const outcome = await updateUser(id, change, by, caller)
	if (!outcome.ok) return refuse(outcome, submission)
	const body = { user: userOutput(outcome.user) }
	return answer(submission, { body, redirectTo: `/users/${id}`, notice: "user_updated" })
}

async function requireAccount({ params }: LoaderFunctionArgs) {
	const user = await readUser(params.id ?? "")
	if (!user) throw notFound()
	return user
}

export default function User() {
	return <UserPage {...useLoaderData<typeof loader>()} refused={useActionData<RefusedForm>()} />
}
