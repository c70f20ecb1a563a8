import type { LoaderFunctionArgs } from "@remix-run/node"
import { useLoaderData } from "@remix-run/react"
import { publicUser } from "../auth/user/user.server"
import { getSignedIn } from "../http/guard.server"
import { HomePage } from "../pages/home"
import { titled } from "../ui/title"

export const meta = titled("Welcome", { forStrangers: true })

export async function loader(args: LoaderFunctionArgs) {
	const signedIn = await getSignedIn(args)
	return { user: signedIn && publicUser(signedIn.user) }
}

export default function Home() {
	return <HomePage {...useLoaderData<typeof loader>()} />
}
