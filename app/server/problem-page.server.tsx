import { renderToStaticMarkup } from "react-dom/server"
import { headingOf, type Problem } from "../http/problem"
import { ProblemPage } from "../pages/problem"
import { Document } from "../ui/document"

/** The error page for what never reaches the router. */
export function renderProblem(problem: Problem, nonce: string): string {
	const page = (
		<Document nonce={nonce} title={headingOf(problem)}>
			<ProblemPage problem={problem} />
		</Document>
	)
	return `<!doctype html>${renderToStaticMarkup(page)}`
}
