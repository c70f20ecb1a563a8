import { type LoaderFunctionArgs, redirectDocument } from "@remix-run/node"
import type { CaptchaForm } from "../auth/captcha/captcha"
import { captchaOf } from "../auth/captcha/captcha.server"

/** What a form's page, and a program, need to know of its captcha. */
export type ShownCaptcha = {
	provider: string
	/** Where the token belongs in what is sent. */
	field: string
	site_key?: string
	/** Of providers whose script this page loads itself. */
	script_url?: string
	api?: string
	/** What the widget should note with the token, so that it is good for this form only; Turnstile's can. */
	action?: CaptchaForm
	/** Of captchas of one's own. */
	html?: string
}

/**
 * For the loader of a form's page: what the page shows, or null. The page's policy then admits the provider; other
 * pages never do.
 *
 * @throws a redirect to the very page when its script asks: a browser keeps the policy of the page that it loaded first
 */
export function showCaptcha(
	form: CaptchaForm,
	{ request, context }: Pick<LoaderFunctionArgs, "request" | "context">,
): ShownCaptcha | null {
	const captcha = captchaOf(form)
	if (!captcha) return null
	if (context.script && context.method === "GET") {
		const { pathname, search } = new URL(request.url)
		throw redirectDocument(pathname + search)
	}
	const { field, widget } = captcha
	if (!context.json && !context.script) context.admit(widget.sources ?? {})
	const shown = { provider: widget.provider, field }
	if ("html" in widget) return { ...shown, html: widget.html }
	if (!("scriptUrl" in widget)) return { ...shown, site_key: widget.siteKey }
	return { ...shown, site_key: widget.siteKey, script_url: widget.scriptUrl, api: widget.api, action: form }
}
