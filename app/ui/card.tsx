import { useRouteLoaderData } from "@remix-run/react"
import type { ReactNode } from "react"
import type { RootData } from "../root"
import { Words } from "./words"

/** One card, one job. What happened just before (after a redirect) is told on top. */
export function Card({
	picture,
	title,
	lead,
	isNoticeInLead,
	children,
	footer,
}: {
	/** In a small arch. */
	picture?: ReactNode
	title: string
	lead?: ReactNode
	isNoticeInLead?: boolean
	children?: ReactNode
	footer?: ReactNode
}) {
	return (
		<section className="card" aria-labelledby="title">
			{picture && <div className="alcove">{picture}</div>}
			<h1 id="title">
				<Words>{title}</Words>
			</h1>
			{lead && (
				<p className="lead" {...(isNoticeInLead && silentStatus)}>
					{typeof lead === "string" ? <Words>{lead}</Words> : lead}
				</p>
			)}
			{!isNoticeInLead && <Notice />}
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

export function useNotice(): string | null {
	return useRouteLoaderData<RootData>("root")?.notice ?? null
}

/** The announcer reads it out, so that it does not do so itself. */
const silentStatus = { role: "status", "aria-live": "off" } as const

/** What a page says once, after something was done. */
export function Notice() {
	const notice = useNotice()
	return notice ? (
		<p className="notice" {...silentStatus}>
			<Words>{notice}</Words>
		</p>
	) : null
}
