import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node"
import { useActionData, useLoaderData } from "@remix-run/react"
import { logout } from "../auth/logout.server"
import { logoutSchema } from "../auth/schema"
import { config } from "../auth.config"
import { expiredSessionCookie, readSessionToken } from "../http/cookie.server"
import { getSignedIn } from "../http/guard.server"
import { redirectTarget } from "../http/redirect.server"
import { answer, type RefusedForm, read } from "../http/submission.server"
import { LogoutPage } from "../pages/logout"
import { titled } from "../ui/title"

export const meta = titled("Sign out")

export async function loader({ request }: LoaderFunctionArgs) {
	return { signed_in: (await getSignedIn(request)) !== null }
}

export async function action({ request }: ActionFunctionArgs) {
	const submission = await read(request, logoutSchema)
	if (!submission.ok) return submission.answer
	await logout(readSessionToken(request))
	return answer(submission, {
		status: 204,
		body: null,
		redirectTo: redirectTarget(submission.redirectTo, config.logout.redirectTo),
		// Who came with an `Authorization` header did not come with the cookie.
		cookies: request.headers.has("Authorization") ? [] : [expiredSessionCookie()],
		notice: "signed_out",
	})
}

export default function Logout() {
	return <LogoutPage {...useLoaderData<typeof loader>()} refused={useActionData<RefusedForm>()} />
}
