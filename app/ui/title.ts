import type { MetaFunction } from "@remix-run/react"
import { appName } from "../auth.config"
import { problemOf } from "../http/problem"

/** A page's title, with the name of the site behind it; an error's own where there is one. */
export function titled(title?: string): MetaFunction {
	return ({ error }) => [{ title: fullTitle(error ? problemOf(error).title : title) }]
}

export function fullTitle(title?: string): string {
	return [title, appName].filter(Boolean).join(" · ")
}
