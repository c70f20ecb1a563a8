/** The forms that can ask for a captcha. */
export type CaptchaForm = "register" | "login" | "forgot" | "resend"

/** Shows that a person sends a form, not a program. See `docs/captcha.md`. */
export type Captcha = {
	/** How a page shows it. */
	widget: CaptchaWidget
	/** The field that its token comes in. */
	field: string
	/**
	 * Whether the token is good: nothing but `true` lets pass. What throws, or takes longer than three seconds, refuses
	 * the form, too. The token is text, but has no known form.
	 */
	validate: (token: string, asked: CaptchaAsked) => boolean | Promise<boolean>
}

/** Sent to browsers and programs: nothing secret. */
export type CaptchaWidget = {
	/** What programs know it by. */
	provider: string
	/** What else the page's content security policy has to allow. */
	sources?: PolicySources
} & (
	| { provider: "hcaptcha"; siteKey: string }
	/**
	 * A script that gives `window[api]` a `render` and a `reset`, and calls `onload` of its address once they are there.
	 */
	| { siteKey: string; scriptUrl: string; api: string }
	/** HTML of your own, put into the form as it is. */
	| { html: string }
)

export type PolicySources = Partial<
	Record<"script-src" | "frame-src" | "style-src" | "style-src-attr" | "connect-src" | "img-src", string[]>
>

/** What a validator may want to know besides the token. */
export type CaptchaAsked = {
	form: CaptchaForm
	/** The visitor's network address. */
	address: string
	/** Aborted when nobody waits for the answer any more. */
	signal: AbortSignal
}
