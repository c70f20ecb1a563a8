import { useLocation } from "@remix-run/react"
import { useEffect, useRef } from "react"

/** A browser that opens a page reads from its start; after the router changed it, reading goes on at its heading. */
export function useFocusOnHeading(): void {
	const { pathname } = useLocation()
	const shown = useRef(pathname)
	useEffect(() => {
		if (shown.current === pathname) return
		shown.current = pathname
		// A page may have chosen a field.
		if (!document.activeElement?.matches("main input")) focusOnHeading()
	}, [pathname])
}

/** For a page that was changed from within. */
export function focusOnHeading(): void {
	const heading = document.querySelector<HTMLElement>("h1")
	heading?.setAttribute("tabindex", "-1")
	heading?.focus({ preventScroll: true })
}
