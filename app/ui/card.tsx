import { useRouteLoaderData } from "@remix-run/react"
import type { ReactNode } from "react"
import type { RootData } from "../root"

/** One card, one job. What happened just before (after a redirect) is told on top. */
export function Card({
	title,
	lead,
	children,
	footer,
}: {
	title: string
	lead?: ReactNode
	children?: ReactNode
	footer?: ReactNode
}) {
	return (
		<section className="card" aria-labelledby="title">
			<h1 id="title">{title}</h1>
			{lead && <p className="lead">{lead}</p>}
			<Notice />
			{children}
			{footer && <footer className="card-footer">{footer}</footer>}
		</section>
	)
}

/** No card: the words stand in the open gate. */
export function Opening({ title, lead, children }: { title: string; lead: ReactNode; children: ReactNode }) {
	return (
		<section className="opening" aria-labelledby="title">
			<h1 id="title">{title}</h1>
			<p className="lead">{lead}</p>
			<Notice />
			{children}
		</section>
	)
}

/** What a page says once, after something was done. */
export function Notice() {
	const notice = useRouteLoaderData<RootData>("root")?.notice
	return notice ? (
		<p className="notice" role="status">
			{notice}
		</p>
	) : null
}
