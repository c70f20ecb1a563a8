import type { MetaFunction } from "@remix-run/react"
import { appName, tagline } from "../auth.config"
import { headingOf, problemOf } from "../http/problem"

/**
 * A page's title, with the name of the site behind it; an error's own where there is one. Search engines are told of the
 * pages that are for strangers, and of no other: most are reached by a link that is somebody's own.
 */
export function titled(title?: string, { forStrangers = false } = {}): MetaFunction {
	return ({ error, matches }) => {
		const full = fullTitle(error ? headingOf(problemOf(error)) : title)
		if (error || !forStrangers) return [{ title: full }, { name: "robots", content: "noindex" }]
		const site = originOf(matches.find(({ id }) => id === "root")?.data)
		return [
			{ title: full },
			{ name: "description", content: tagline },
			{ property: "og:site_name", content: appName },
			{ property: "og:type", content: "website" },
			{ property: "og:title", content: full },
			{ property: "og:description", content: tagline },
			...(site ? [{ property: "og:image", content: `${site}/og.png` }] : []),
		]
	}
}

export function fullTitle(title?: string): string {
	return [title, appName].filter(Boolean).join(" · ")
}

/** An image's address must be whole (ogp.me), and only the server knows where it is. */
function originOf(rootData: unknown): string | undefined {
	const data = rootData as { app_url?: string } | undefined
	return data?.app_url
}
