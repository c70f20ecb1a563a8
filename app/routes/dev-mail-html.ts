import type { LoaderFunctionArgs } from "@remix-run/node"
import { readInbox } from "../auth/mails.server"
import { notFound, requireDevelopment } from "../http/guard.server"

const MAILS_SEARCHED = 500

/** A mail's HTML as a mail program would show it: no script, styles on the elements. */
export async function loader({ params }: LoaderFunctionArgs) {
	requireDevelopment()
	const mail = (await readInbox(MAILS_SEARCHED)).find(({ id }) => id === params.id)
	if (!mail) throw notFound()
	const policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
	return new Response(mail.html, {
		headers: { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy },
	})
}
