import { requestScope } from "../log.server"
import type { Problem } from "./problem"

/** With what the log has, too, and `X-Request-Id`: what somebody can quote who asks about it. */
export function withRequestId(problem: Problem): Problem {
	return { ...problem, request_id: problem.request_id ?? requestScope.getStore()?.requestId }
}
