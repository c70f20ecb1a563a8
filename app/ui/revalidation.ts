import type { ShouldRevalidateFunction } from "@remix-run/react"

/**
 * A page's data is as it was after its form was refused. The router would ask for it all the same, as the root asks for
 * its own; and a page with a captcha answers that by being loaded anew, without the refusal.
 */
export const keepAfterRefusal: ShouldRevalidateFunction = ({ actionStatus = 200, defaultShouldRevalidate }) =>
	actionStatus < 400 && defaultShouldRevalidate
