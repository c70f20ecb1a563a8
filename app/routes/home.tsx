import type { LoaderFunctionArgs } from "@remix-run/node"
import { useLoaderData } from "@remix-run/react"
import { config } from "../auth.config"
import { getSignedIn } from "../http/guard.server"
import { userFor } from "../http/user-output.server"
import { HomePage } from "../pages/home"
import { titled } from "../ui/title"

export const meta = titled("Welcome", { forStrangers: true })

export async function loader(args: LoaderFunctionArgs) {
	const signedIn = await getSignedIn(args)
	const user = signedIn && userFor(args.context, signedIn.user)
	if (args.context.json) return { user }
	return { user, registration: config.registration.enabled }
}

export default function Home() {
	return <HomePage {...useLoaderData<typeof loader>()} />
}
