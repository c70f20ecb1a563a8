import type { KeyboardEvent, MouseEvent } from "react"
import { useEffect, useRef } from "react"
import type { Problem } from "../http/problem"
import { useFaultyTitle } from "./title"
import { Words } from "./words"

/** What went wrong, on top of the form: takes focus, and leads to each field at fault, which has its own sentence. */
export function FormError({
	formId,
	problem,
	labels = {},
}: {
	formId: string
	problem: Problem | undefined
	/** Of the fields that the form shows; what is sent unseen can only be told. */
	labels?: Record<string, string>
}) {
	const summary = useRef<HTMLDivElement>(null)
	useFaultyTitle(problem)
	useEffect(() => {
		if (problem) summary.current?.focus()
	}, [problem])
	if (!problem || onlyFaultOf(problem, labels)) return null
	const faults = Object.entries(problem.errors ?? {})
	return (
		<div
			className="form-error"
			role="alert"
			tabIndex={-1}
			ref={summary}
			// biome-ignore lint/a11y/noAutofocus: after a refused form, what went wrong is where reading goes on
			autoFocus
			onKeyDown={(event) => problem.code === "credentials_invalid" && tabToPassword(event, formId)}
		>
			<p>
				<Words>{problem.detail}</Words>
			</p>
			{faults.length > 1 && (
				<ul>
					{faults.map(([name, [sentence = ""]]) => (
						<li key={name}>
							{Object.hasOwn(labels, name) ? (
								<a href={`#${formId}-${name}`} onClick={focusField}>
									{labels[name]}
								</a>
							) : (
								<Words>{sentence}</Words>
							)}
						</li>
					))}
				</ul>
			)}
			{problem.code === "captcha_failed" && (
				<p>
					<a href={`#${formId}-captcha`} onClick={focusField}>
						Go to the check
					</a>
				</p>
			)}
		</div>
	)
}

/** Whichever half was wrong, the password is what has to be typed again. Without a script, it is one Tab further. */
function tabToPassword(event: KeyboardEvent<HTMLDivElement>, formId: string): void {
	if (event.key !== "Tab" || event.shiftKey) return
	const password = document.getElementById(formId)?.querySelector<HTMLInputElement>("input[data-password]")
	if (!password) return
	event.preventDefault()
	password.focus()
}

/** The field that alone is at fault, and that the form shows: it says so itself. */
export function onlyFaultOf(problem: Problem | undefined, labels: Record<string, string>): string | null {
	const [name, ...others] = Object.keys(problem?.errors ?? {})
	return name !== undefined && others.length === 0 && Object.hasOwn(labels, name) ? name : null
}

/** Where the router is at work, following the link would be a navigation, which forgets that the form was refused. */
function focusField(event: MouseEvent<HTMLAnchorElement>): void {
	const field = document.getElementById(event.currentTarget.hash.slice(1))
	if (!field) return
	event.preventDefault()
	field.focus()
}
