import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node"
import { useActionData, useLoaderData } from "@remix-run/react"
import { logout } from "../auth/logout.server"
import { logoutSchema } from "../auth/schema"
import { config } from "../auth.config"
import { getSignedIn } from "../http/guard.server"
import { answer, type RefusedForm, read } from "../http/submission.server"
import { LogoutPage } from "../pages/logout"
import { titled } from "../ui/title"

export { keepForm as clientAction } from "../ui/keep-form"
export { keepAfterRefusal as shouldRevalidate } from "../ui/revalidation"

export const meta = titled("Sign out")

export async function loader(args: LoaderFunctionArgs) {
	return { signed_in: (await getSignedIn(args)) !== null }
}

export async function action(args: ActionFunctionArgs) {
	const { request, context } = args
	const submission = await read(args, logoutSchema)
	if (!submission.ok) return submission.answer
	await logout(context.shown, context.caller)
	return answer(submission, {
		status: 204,
		headers: clearSiteData(),
		body: null,
		redirectTo: submission.redirectTo ?? config.logout.redirectTo,
		// Whoever came with an `Authorization` header did not come with the cookie.
		session: request.headers.has("Authorization") ? null : "ended",
		notice: "signed_out",
	})
}

/** W3C Clear Site Data, 3.1. Browsers heed it on https only. */
function clearSiteData(): Record<string, string> {
	const kinds = config.logout.clearSiteData.map((kind) => `"${kind}"`)
	return kinds.length > 0 ? { "Clear-Site-Data": kinds.join(", ") } : {}
}

export default function Logout() {
	return <LogoutPage {...useLoaderData<typeof loader>()} refused={useActionData<RefusedForm>()} />
}
