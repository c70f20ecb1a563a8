import { pingDatabase } from "../db/client.server"
import { problem } from "../http/problem"
import { isReady } from "../http/readiness.server"

/** Send people here: the server is not stopping, and the database answers. */
export async function loader() {
	const answers = pingDatabase().then(
		() => true,
		() => false,
	)
	if (isReady() && (await answers)) return Response.json({ status: "ok" })
	const body = problem("unavailable")
	return Response.json(body, {
		status: body.status,
		headers: { "Content-Type": "application/problem+json" },
	})
}
