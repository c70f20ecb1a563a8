import { renderToStaticMarkup } from "react-dom/server"
import { config } from "../auth.config"
import { ProblemPage } from "../pages/problem"
import { Document } from "../ui/document"
import type { Problem } from "../http/problem"

/** The error page for what never reaches the router. */
export function renderProblem(problem: Problem, nonce: string): string {
	const page = (
		<Document nonce={nonce} appName={config.appName} styles={config.styles} title={problem.title}>
			<ProblemPage problem={problem} />
		</Document>
	)
	return `<!doctype html>${renderToStaticMarkup(page)}`
}
