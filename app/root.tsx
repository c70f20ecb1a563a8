import { data, type LoaderFunctionArgs } from "@remix-run/node"
import {
	Links,
	Meta,
	Outlet,
	Scripts,
	ScrollRestoration,
	useRouteError,
	useRouteLoaderData,
} from "@remix-run/react"
import type { ReactNode } from "react"
import { config } from "./auth.config"
import { takeNotice } from "./http/cookie.server"
import { problemOf } from "./http/problem"
import { ProblemPage } from "./pages/problem"
import { Document } from "./ui/document"
import { useFocusOnHeading } from "./ui/focus"
import { useRenderContext } from "./ui/render-context"
import { titled } from "./ui/title"

export const meta = titled()

export type RootData = typeof loader

export async function loader({ request }: LoaderFunctionArgs) {
	const notice = takeNotice(request)
	const body = { appName: config.appName, styles: config.styles, notice: notice?.sentence ?? null }
	return data(body, notice ? { headers: { "Set-Cookie": notice.cookie } } : undefined)
}

/** A notice is for one page only, so it is asked for anew on each. */
export const shouldRevalidate = () => true

/** The same for everybody, so it may be kept: an error can cost a page its data, but not its looks. */
let looks: { appName?: string; styles?: typeof config.styles } | undefined

export function Layout({ children }: { children: ReactNode }) {
	const { nonce, ...rendering } = useRenderContext()
	const loaded = useRouteLoaderData<typeof loader>("root")
	if (loaded) looks = { appName: loaded.appName, styles: loaded.styles }
	const root = looks ?? rendering
	// An error page needs no script, and what the server rendered on it stays.
	const hasScripts = !useRouteError()
	return (
		<Document
			nonce={nonce}
			appName={root.appName}
			styles={root.styles}
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
	return <Outlet />
}

export function ErrorBoundary() {
	const { requestId } = useRenderContext()
	return <ProblemPage problem={problemOf(useRouteError(), requestId)} />
}
