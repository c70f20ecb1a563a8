import type { MetaFunction } from "@remix-run/node"
import { useLoaderData } from "@remix-run/react"
import { readInbox } from "../auth/mail.server"
import { requireDevelopment } from "../http/guard.server"
import { DevMailPage } from "../pages/dev-mail"

const MAILS_SHOWN = 50

export const meta: MetaFunction = () => [{ title: "Mail" }]

export async function loader() {
	requireDevelopment()
	return readInbox(MAILS_SHOWN)
}

export default function DevMail() {
	return <DevMailPage mails={useLoaderData<typeof loader>()} />
}
