import HCaptcha from "@hcaptcha/react-hcaptcha"
import { type ReactNode, useRef } from "react"
import type { CaptchaWidgetProps } from "./captcha"
import { useFormScope, useOnRefusal } from "./form"

/** Not failures: a puzzle that was closed, or left alone for too long, can be opened again. */
const HARMLESS = ["challenge-closed", "challenge-expired"]

/**
 * hCaptcha's own component. Its loader would report to `sentry.hcaptcha.com`, and fill in reCAPTCHA's field besides,
 * unless told not to.
 */
export default function Hcaptcha({ siteKey, look, onFailure }: CaptchaWidgetProps): ReactNode {
	const { id: form } = useFormScope()
	const widget = useRef<HCaptcha>(null)
	useOnRefusal(() => widget.current?.resetCaptcha())
	return (
		<HCaptcha
			ref={widget}
			id={`${form}-hcaptcha`}
			sitekey={siteKey}
			size={look.size}
			theme={look.theme}
			sentry={false}
			reCaptchaCompat={false}
			onError={(code) => !HARMLESS.includes(code) && onFailure()}
		/>
	)
}
