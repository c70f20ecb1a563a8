import type { Problem } from "../http/problem"

/** Not found, not allowed, gone wrong. Plain links: it also stands where there is no router. */
export function ProblemPage({ problem }: { problem: Problem }) {
	return (
		<section className="card" aria-labelledby="title">
			{problem.status > 0 && <p className="status">{problem.status}</p>}
			<h1 id="title">{problem.title}</h1>
			<p className="lead">{problem.detail}</p>
			{problem.request_id && (
				<p className="hint">
					If you write to us about it, add this number: <code>{problem.request_id}</code>
				</p>
			)}
			<div className="actions">
				{problem.status === 0 && (
					<a href={document.location.href} className="button">
						Try again
					</a>
				)}
				<a href="/" className={problem.status === 0 ? "button button-quiet" : "button"}>
					Go to the start page
				</a>
			</div>
		</section>
	)
}
