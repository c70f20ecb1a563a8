import type { LoaderFunctionArgs } from "@remix-run/node"
import { useLoaderData } from "@remix-run/react"
import { publicUser } from "../auth/user/user.server"
import { requireUser } from "../http/guard.server"
import { AccountPage } from "../pages/account"
import { titled } from "../ui/title"

export const meta = titled("Your account")

export async function loader(args: LoaderFunctionArgs) {
	const { user, session } = await requireUser(args)
	return {
		user: publicUser(user),
		session: {
			expires_at: session.expiresAt.toISOString(),
			absolute_expires_at: session.absoluteExpiresAt.toISOString(),
			backend: session.backend,
		},
	}
}

export default function Account() {
	return <AccountPage {...useLoaderData<typeof loader>()} />
}
