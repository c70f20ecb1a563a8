import { data, type LoaderFunctionArgs } from "@remix-run/node"
import { Links, Meta, Outlet, Scripts, ScrollRestoration, useRouteError } from "@remix-run/react"
import { type ReactNode, useEffect } from "react"
import { env } from "./env.server"
import { takeNotice } from "./http/notice.server"
import { problemOf } from "./http/problem"
import { ProblemPage } from "./pages/problem"
import { Announcer } from "./ui/announcer"
import { Document } from "./ui/document"
import { focusOnHeading, useFocusOnHeading } from "./ui/focus"
import { useRenderContext } from "./ui/render-context"
import { keepAfterRefusal } from "./ui/revalidation"
import { titled } from "./ui/title"

export const meta = titled()

export type RootData = typeof loader

export async function loader({ request }: LoaderFunctionArgs) {
	const notice = takeNotice(request)
	return data(
		{ notice: notice?.sentence ?? null, app_url: env.appUrl },
		notice ? { headers: { "Set-Cookie": notice.cookie } } : undefined,
	)
}

/** A notice is for one page only, so it is asked for anew on each. */
export const shouldRevalidate = keepAfterRefusal

export function Layout({ children }: { children: ReactNode }) {
	const { nonce } = useRenderContext()
	// An error page needs no script, and what the server rendered on it stays.
	const hasScripts = !useRouteError()
	return (
		<Document
			nonce={nonce}
			head={
				<>
					<Meta />
					<Links />
				</>
			}
			scripts={
				hasScripts && (
					<>
						<ScrollRestoration nonce={nonce} />
						<Scripts nonce={nonce} />
					</>
				)
			}
		>
			{children}
		</Document>
	)
}

export default function App() {
	useFocusOnHeading()
	return (
		<Announcer>
			<Outlet />
		</Announcer>
	)
}

export function ErrorBoundary() {
	const { requestId } = useRenderContext()
	useEffect(focusOnHeading, [])
	// Known to the server only. There, every page of an error shows it.
	const shown = requestId ? { request_id: requestId } : {}
	return <ProblemPage problem={{ ...shown, ...problemOf(useRouteError(), requestId) }} />
}
