import type { LoaderFunctionArgs } from "@remix-run/node"
import { pingDatabase } from "../db/client.server"
import { problem } from "../http/problem"

/** Send people here: the server is not stopping, and the database answers. */
export async function loader({ context }: LoaderFunctionArgs) {
	const answers = pingDatabase().then(
		() => true,
		() => false,
	)
	if (context.isReady() && (await answers)) return Response.json({ status: "ok" })
	const body = problem("unavailable")
	return Response.json(body, {
		status: body.status,
		headers: { "Content-Type": "application/problem+json" },
	})
}
