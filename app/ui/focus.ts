import { useLocation } from "@remix-run/react"
import { useEffect, useRef } from "react"

/**
 * A browser that opens a page reads from its start; after the router changed it, reading goes on at its heading: on
 * another page, and where what had the focus is gone.
 */
export function useFocusOnHeading(): void {
	const { pathname, key, hash } = useLocation()
	const shown = useRef({ pathname, key })
	useEffect(() => {
		const before = shown.current
		if (before.key === key) return
		shown.current = { pathname, key }
		// A page may have chosen a field, or what went wrong; a link may have chosen a place.
		if (document.activeElement?.matches("main :is(input, select, [role=alert])")) return
		const isLost = document.activeElement === document.body && !hash
		if (before.pathname !== pathname || isLost) focusOnHeading()
	}, [pathname, key, hash])
}

/** For a page that was changed from within. */
export function focusOnHeading(): void {
	const heading = document.querySelector<HTMLElement>("h1")
	heading?.setAttribute("tabindex", "-1")
	heading?.focus({ preventScroll: true })
}
