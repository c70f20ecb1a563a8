import type { Problem } from "../http/problem"

/** Not found, not allowed, gone wrong. Plain links: it also stands where there is no router. */
export function ProblemPage({ problem }: { problem: Problem }) {
	return (
		<section className="card" aria-labelledby="title">
			<p className="status">{problem.status}</p>
			<h1 id="title">{problem.title}</h1>
			<p className="lead">{problem.detail}</p>
			{problem.request_id && (
				<p className="hint">
					If you write to us about it, add this number: <code>{problem.request_id}</code>
				</p>
			)}
			<a href="/" className="button">
				Go to the start page
			</a>
		</section>
	)
}
