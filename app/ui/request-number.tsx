import type { Problem } from "../http/problem"

/** What the log has, too. A form that is only to be corrected needs none. */
export function RequestNumber({ problem }: { problem: Problem }) {
	const isToCorrect = problem.status === 401 || problem.status === 422
	if (!problem.request_id || isToCorrect) return null
	return (
		<p className="hint">
			If you write to us about it, add this number: <code>{problem.request_id}</code>
		</p>
	)
}
