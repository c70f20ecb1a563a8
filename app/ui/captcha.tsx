import { lazy, type ReactNode, Suspense, useCallback, useEffect, useRef, useState } from "react"
import type { ShownCaptcha } from "../http/captcha.server"
import { FieldErrors } from "./field"
import { useFormScope, useOnRefusal } from "./form"

/** Loaded only where it is shown. */
const Hcaptcha = lazy(() => import("./hcaptcha.client").catch(() => ({ default: NotLoaded })))

function NotLoaded({ onFailure }: CaptchaWidgetProps): ReactNode {
	useEffect(onFailure, [onFailure])
	return null
}

/**
 * Below this, providers' usual widgets are cut off, and there is a smaller one: hCaptcha's is 302 pixels wide,
 * reCAPTCHA's 304.
 */
const FULL_WIDTH_PX = 304

/** How a provider's widget is asked to look. */
type CaptchaLook = { size: "normal" | "compact"; theme: "light" | "dark" }

export type CaptchaWidgetProps = {
	siteKey: string
	look: CaptchaLook
	/** When it cannot be loaded, or gives up. */
	onFailure: () => void
}

/** What shows that a person fills the form in. Nothing where the form asks for none. */
export function Captcha({ captcha }: { captcha: ShownCaptcha | null | undefined }) {
	const { id: formId, refused } = useFormScope()
	if (!captcha) return null
	const id = `${formId}-captcha`
	const isMissing = refused?.problem.code === "captcha_failed"
	return (
		// biome-ignore lint/a11y/useSemanticElements: a fieldset could not be where the error's link leads
		<div
			className="field captcha"
			id={id}
			role="group"
			tabIndex={-1}
			aria-labelledby={`${id}-label`}
			aria-describedby={isMissing ? `${id}-error` : undefined}
		>
			<p className="label" id={`${id}-label`}>
				One check
			</p>
			{captcha.html === undefined ? (
				<ProviderCaptcha captcha={captcha} />
			) : (
				<OwnCaptcha html={captcha.html} field={captcha.field} />
			)}
			<FieldErrors
				id={`${id}-error`}
				errors={
					isMissing
						? ["Show us that you're human. A new check is ready each time the form comes back."]
						: undefined
				}
			/>
		</div>
	)
}

/** The HTML is the fork's own, and the same for everybody. Forms come back without the last answer. */
function OwnCaptcha({ html, field }: { html: string; field: string }) {
	const place = useRef<HTMLDivElement>(null)
	useOnRefusal(() => {
		const input = place.current?.querySelector<HTMLInputElement>(`[name="${CSS.escape(field)}"]`)
		if (input) input.value = ""
	})
	return (
		<div
			ref={place}
			className="control"
			suppressHydrationWarning
			// biome-ignore lint/security/noDangerouslySetInnerHtml: it is a constant of app/auth.events.server.ts
			dangerouslySetInnerHTML={{ __html: html }}
		/>
	)
}

function ProviderCaptcha({ captcha }: { captcha: ShownCaptcha }) {
	const place = useRef<HTMLDivElement>(null)
	const [look, setLook] = useState<CaptchaLook | null>(null)
	const [failed, setFailed] = useState(false)
	const onFailure = useCallback(() => setFailed(true), [])
	useEffect(() => setLook(lookFor(place.current?.clientWidth ?? FULL_WIDTH_PX)), [])
	useLinksThatLoadAnew()
	const { site_key: siteKey = "", script_url: scriptUrl, api, action } = captcha
	const widget = look && { siteKey, look, onFailure }
	return (
		<>
			{!look && (
				<p className="hint without-script">
					This form needs JavaScript to check that you're human. Allow it for this site, then load the page
					again.
				</p>
			)}
			<div ref={place} className="captcha-widget" data-size={look?.size}>
				{widget && (
					<Suspense>
						{scriptUrl && api ? (
							<ScriptCaptcha {...widget} scriptUrl={scriptUrl} api={api} action={action} />
						) : (
							<Hcaptcha {...widget} />
						)}
					</Suspense>
				)}
			</div>
			{failed && (
				<p className="hint" role="status">
					The check didn't load. Something in your browser may block it: allow {captchaHost(captcha)}, then
					load the page again.
				</p>
			)}
		</>
	)
}

function captchaHost({ script_url }: ShownCaptcha): string {
	return script_url ? new URL(script_url).host : "hcaptcha.com"
}

function lookFor(width: number): CaptchaLook {
	const isDark = window.matchMedia("(prefers-color-scheme: dark)").matches
	return { size: width < FULL_WIDTH_PX ? "compact" : "normal", theme: isDark ? "dark" : "light" }
}

/**
 * What a browser may load is settled for a document, and a provider's script stays in it: so links from here load the
 * next page as a document of its own, as if there were no router.
 */
function useLinksThatLoadAnew(): void {
	useEffect(() => {
		const leave = (event: MouseEvent) => {
			const link = (event.target as Element).closest("a")
			if (link && link.pathname !== window.location.pathname) event.stopPropagation()
		}
		// Before the router's own listener, which stands at the document.
		window.addEventListener("click", leave, { capture: true })
		return () => window.removeEventListener("click", leave, { capture: true })
	}, [])
}

/** What reCAPTCHA, Turnstile and hCaptcha have in common. */
type CaptchaApi = {
	render: (place: HTMLElement, options: Record<string, unknown>) => string | number
	reset: (widget: string | number) => void
	remove?: (widget: string | number) => void
}

/** A widget by the provider's own script. It puts the token into the form by itself. */
function ScriptCaptcha(props: CaptchaWidgetProps & { scriptUrl: string; api: string; action?: string }) {
	const { siteKey, look, onFailure, scriptUrl, api, action } = props
	const place = useRef<HTMLDivElement>(null)
	const reset = useRef<() => void>()
	useOnRefusal(() => reset.current?.())
	useEffect(() => {
		let remove: (() => void) | undefined
		let isGone = false
		const render = (captcha: CaptchaApi) => {
			if (isGone || !place.current) return
			const options = { sitekey: siteKey, ...look, action, "error-callback": onFailure }
			const widget = captcha.render(place.current, options)
			reset.current = () => captcha.reset(widget)
			remove = () => captcha.remove?.(widget)
		}
		loadApi(scriptUrl, api).then(render).catch(onFailure)
		return () => {
			isGone = true
			remove?.()
		}
	}, [siteKey, look, action, onFailure, scriptUrl, api])
	return <div ref={place} />
}

const loading = new Map<string, Promise<CaptchaApi>>()

/** Once for each document. Scripts say that they are ready by a function that their address names. */
function loadApi(scriptUrl: string, api: string): Promise<CaptchaApi> {
	const known = loading.get(scriptUrl)
	if (known) return known
	const loaded = new Promise<CaptchaApi>((resolve, reject) => {
		const globals = window as unknown as Record<string, unknown>
		globals.onCaptchaReady = () => resolve(globals[api] as CaptchaApi)
		const script = document.createElement("script")
		const url = new URL(scriptUrl)
		url.searchParams.set("onload", "onCaptchaReady")
		script.src = url.href
		script.async = true
		script.onerror = () => {
			loading.delete(scriptUrl)
			reject(new Error("The captcha's script could not be loaded"))
		}
		document.head.append(script)
	})
	loading.set(scriptUrl, loaded)
	return loaded
}
