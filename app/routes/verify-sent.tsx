import type { LoaderFunctionArgs } from "@remix-run/node"
import { useLoaderData } from "@remix-run/react"
import { config } from "../auth.config"
import { env } from "../env.server"
import { requireVerification } from "../http/guard.server"
import { mailedCookie } from "../http/mailed-cookie.server"
import { VerifySentPage } from "../pages/verify-sent"
import { titled } from "../ui/title"

export const meta = titled("Check your mail")

export async function loader({ request, context }: LoaderFunctionArgs) {
	requireVerification()
	const nothing = { email: null, promised: false, redirect_to: null }
	const mailed = mailedCookie.read(request, context.caller.now) ?? nothing
	const inbox = env.production ? null : "/dev/mail"
	if (context.json) return { ...mailed, inbox }
	return { ...mailed, inbox, registration: config.registration.enabled }
}

export default function VerifySent() {
	return <VerifySentPage {...useLoaderData<typeof loader>()} />
}
