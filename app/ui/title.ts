import type { MetaFunction } from "@remix-run/react"
import { problemOf } from "../http/problem"
import type { RootData } from "../root"

/** A page's title, with the name of the site behind it; an error's own where there is one. */
export function titled(title?: string): MetaFunction<unknown, { root: RootData }> {
	return ({ matches, error }) => {
		const appName = matches.find(({ id }) => id === "root")?.data?.appName
		const shown = error ? problemOf(error).title : title
		return [{ title: [shown, appName].filter(Boolean).join(" · ") }]
	}
}
