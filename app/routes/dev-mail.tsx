import { useLoaderData } from "@remix-run/react"
import { readInbox } from "../auth/mails.server"
import { requireDevelopment } from "../http/guard.server"
import { DevMailPage } from "../pages/dev-mail"
import { titled } from "../ui/title"

const MAILS_SHOWN = 500

export const meta = titled("Mail")

export async function loader() {
	requireDevelopment()
	return readInbox(MAILS_SHOWN)
}

export default function DevMail() {
	return <DevMailPage mails={useLoaderData<typeof loader>()} />
}
