import type { ShouldRevalidateFunction } from "@remix-run/react"

/**
 * For the root, and for pages with a form. A refused form leaves all data as it was: a page with a captcha would answer
 * by being loaded anew, without the refusal, and where there is no connection nothing would answer.
 */
export const keepAfterRefusal: ShouldRevalidateFunction = (change) =>
	(change.actionStatus ?? 200) < 400 && isAnswered(change)

/** For a page whose data a refusal may be about, such as a link that was used meanwhile. */
export const isAnswered: ShouldRevalidateFunction = ({ actionResult }) => actionResult?.problem?.status !== 0
