import { type ClientActionFunctionArgs, isRouteErrorResponse } from "@remix-run/react"
import { noAnswerProblem } from "../http/problem"
import type { RefusedForm } from "../http/submission.server"

/**
 * As a route's `clientAction`: where no answer comes, as without a connection, the form stays as it is and says so,
 * instead of giving way to an error page.
 */
export async function keepForm({ request, serverAction }: ClientActionFunctionArgs): Promise<unknown> {
	const sent = request.clone()
	try {
		return await serverAction()
	} catch (thrown) {
		if (thrown instanceof Response || isRouteErrorResponse(thrown)) throw thrown
		const fields = await sent.formData()
		const typed: RefusedForm["typed"] = {}
		for (const name of ["intent", "redirect_to"]) if (fields.has(name)) typed[name] = String(fields.get(name))
		return { problem: noAnswerProblem(), typed } satisfies RefusedForm
	}
}
