import { data, type LoaderFunctionArgs } from "@remix-run/node"
import { readInbox } from "../auth/mail.server"
import { requireDevelopment } from "../http/guard.server"
import { problem } from "../http/problem"

const MAILS_SEARCHED = 200

/** A mail's HTML as a mail program would show it: no script, styles on the elements. */
export async function loader({ params }: LoaderFunctionArgs) {
	requireDevelopment()
	const mail = (await readInbox(MAILS_SEARCHED)).find(({ id }) => id === params.id)
	if (!mail) throw data(problem("not_found"), { status: 404 })
	const policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
	return new Response(mail.html, {
		headers: { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy },
	})
}
