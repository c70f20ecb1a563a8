import type { LoaderFunctionArgs } from "@remix-run/node"
import { useLoaderData } from "@remix-run/react"
import { describeApi } from "../http/api/openapi.server"
import { type ReadableApi, readableApi } from "../http/api/readable.server"
import { DocsPage } from "../pages/docs"
import { titled } from "../ui/title"

export const meta = titled("API")

/** A program gets the document, a person what the page shows of it. */
export function loader({ context }: LoaderFunctionArgs) {
	return context.json ? describeApi() : readableApi()
}

export default function Docs() {
	return <DocsPage {...(useLoaderData<typeof loader>() as ReadableApi)} />
}
