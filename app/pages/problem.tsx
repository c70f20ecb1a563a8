import { headingOf, type Problem } from "../http/problem"

/** Where a link led nowhere: nothing was to be saved. */
const UNREACHABLE = "We couldn't reach the site. Check your connection, then try again."

/** Not found, not allowed, gone wrong. Plain links: it also stands where there is no router. */
export function ProblemPage({ problem }: { problem: Problem }) {
	// Nobody needs to write to us about a mistyped address: there the number is not explained.
	const isOurs = problem.status >= 500
	const number = <code>{problem.request_id}</code>
	return (
		<section className="opening walled" aria-labelledby="title">
			{problem.status > 0 && <p className="status">{problem.status}</p>}
			<h1 id="title">{headingOf(problem)}</h1>
			<p className="lead">{problem.status === 0 ? UNREACHABLE : problem.detail}</p>
			<div className="actions">
				{problem.status === 0 ? (
					<a href={document.location.href} className="button">
						Try again
					</a>
				) : (
					<a href="/" className="button">
						Go to the home page
					</a>
				)}
				{problem.code === "forbidden" && (
					<a href="/logout" className="button button-quiet">
						Use another account
					</a>
				)}
			</div>
			{problem.request_id && (
				<p className="hint">
					{isOurs ? <>If you write to us about it, add this number: {number}</> : <>Reference: {number}</>}
				</p>
			)}
		</section>
	)
}
