import type { MetaFunction } from "@remix-run/react"
import { useEffect } from "react"
import { appName, tagline } from "../auth.config"
import { headingOf, isAboutLink, isProblem, type Problem, problemOf } from "../http/problem"
import { en as text } from "../text/en"

/**
 * A page's title, with the name of the site behind it; an error's own where there is one. Search engines are told of
 * the pages that are for strangers, and of no other: most are reached by a link that is somebody's own.
 */
export function titled(title?: string, { forStrangers = false } = {}): MetaFunction {
	return ({ error, data, matches }) => {
		const root = matches.find(({ id }) => id === "root")?.data
		const isFaulty = refusedOf(data) !== undefined || refusedOf(root) !== undefined
		const plain = fullTitle(headingIn(error, refusedOf(root) ?? refusedOf(data)) ?? title)
		const full = isFaulty && !error ? text.faultyTitle + plain : plain
		if (error || !forStrangers) return [{ title: full }, { name: "robots", content: "noindex" }]
		const site = originOf(root)
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

/** What the page says above all, where it is not what the page is for. */
function headingIn(error: unknown, refused: Problem | undefined): string | undefined {
	if (error) return headingOf(problemOf(error))
	return refused && isAboutLink(refused) ? text.deadLinkTitle : undefined
}

/** The problem that it tells: of a link that doesn't work, or, in the root's, of a form that was refused. */
function refusedOf(data: unknown): Problem | undefined {
	const told = (data as { problem?: unknown } | null | undefined)?.problem
	return isProblem(told) ? told : undefined
}

/** For a form that is refused while its page stays; a page that is loaded anew has it from {@link titled}. */
export function useFaultyTitle(refused: object | undefined): void {
	useEffect(() => {
		if (!refused) return
		if (!document.title.startsWith(text.faultyTitle)) document.title = text.faultyTitle + document.title
		return () => {
			if (document.title.startsWith(text.faultyTitle))
				document.title = document.title.slice(text.faultyTitle.length)
		}
	}, [refused])
}

/** An image's address must be whole (ogp.me), and only the server knows where it is. */
function originOf(rootData: unknown): string | undefined {
	const data = rootData as { app_url?: string } | undefined
	return data?.app_url
}
