import type { MouseEvent, ReactNode } from "react"
import { useEffect, useRef } from "react"
import type { Problem } from "../http/problem"

/** What went wrong, on top of the form: takes focus, and links to each field that needs another look. */
export function FormError({
	formId,
	problem,
	labels = {},
	children,
}: {
	formId: string
	problem: Problem | undefined
	labels?: Record<string, string>
	children?: ReactNode
}) {
	const summary = useRef<HTMLDivElement>(null)
	useEffect(() => {
		if (problem) summary.current?.focus()
	}, [problem])
	if (!problem) return null
	const fields = Object.entries(problem.errors ?? {})
	return (
		// biome-ignore lint/a11y/noAutofocus: after a refused form, what went wrong is where reading goes on
		<div className="form-error" role="alert" tabIndex={-1} ref={summary} autoFocus>
			<p>{problem.detail}</p>
			{fields.length > 0 && (
				<ul>
					{fields.map(([name, [sentence]]) => (
						<li key={name}>
							<a href={`#${formId}-${name}`} onClick={focusField}>
								{labels[name] ?? name}
							</a>
							: {sentence}
						</li>
					))}
				</ul>
			)}
			{children}
		</div>
	)
}

/** Where the router is at work, following the link would be a navigation, which forgets that the form was refused. */
function focusField(event: MouseEvent<HTMLAnchorElement>): void {
	const field = document.getElementById(event.currentTarget.hash.slice(1))
	if (!field) return
	event.preventDefault()
	field.focus()
}
