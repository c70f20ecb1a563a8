import { captchas } from "../../auth.events.server"
import { log } from "../../log.server"
import type { Caller } from "../caller"
import { type Charge, charge, refund } from "../limit/limit.server"
import { type Refusal, refusal } from "../refusal"
import type { Captcha, CaptchaForm } from "./captcha"

/** Nobody's tokens are longer; the longest seen are hCaptcha's, of some 4,000 characters. */
const MAX_TOKEN_LENGTH = 8_192
/** A person waits for this, and so does a place among the open requests. */
const TIMEOUT_MS = 3_000

export type CaptchaRefusal = Refusal<"captcha_failed" | "captcha_unavailable" | "rate_limited">

/** @returns null for a form that asks for none */
export function captchaOf(form: CaptchaForm): Captcha | null {
	return captchas[form]
}

/**
 * Lets through anyone who solved the form's captcha, and everybody where there is none. Comes after cheap checks and
 * limits, and before the work that it protects. Whatever goes wrong refuses.
 *
 * @returns refusals `captcha_failed` (missing or refused), `captcha_unavailable` (no answer within three seconds, or
 *   none that can be read), `rate_limited` (one client's wrong ones)
 */
export async function passCaptcha(
	form: CaptchaForm,
	token: string | undefined,
	caller: Caller,
): Promise<{ ok: true } | CaptchaRefusal> {
	const captcha = captchaOf(form)
	if (!captcha) return { ok: true }
	if (!token || token.length > MAX_TOKEN_LENGTH) return refusal("captcha_failed")
	// Each try may be a request to another server: without a limit, a stranger could make any number.
	const cost: Charge = ["wrongCaptchaPerClient", caller.address, caller.address]
	const limited = await charge(cost)
	if (limited) return limited
	try {
		// Whoever forgets to answer, or answers with a sentence, has not said yes.
		if ((await validateInTime(captcha, form, token, caller)) !== true) return refusal("captcha_failed")
	} catch (error) {
		if (!caller.signal?.aborted)
			log.error({ event: "captcha.unavailable", form, err: error }, "A captcha could not be checked")
		return refusal("captcha_unavailable")
	}
	await refund(cost)
	return { ok: true }
}

/** @throws what the validator throws, and when it takes too long or nobody waits any more */
async function validateInTime(
	captcha: Captcha,
	form: CaptchaForm,
	token: string,
	caller: Caller,
): Promise<unknown> {
	const waiting = new AbortController()
	const { signal } = waiting
	const givenUp = new Promise<never>((_, reject) => {
		signal.addEventListener("abort", () => reject(signal.reason))
	})
	const giveUp = (reason: string) => waiting.abort(new Error(reason))
	const timer = setTimeout(giveUp, TIMEOUT_MS, `no answer within ${TIMEOUT_MS} ms`)
	const hangUp = () => giveUp("the client went away")
	caller.signal?.addEventListener("abort", hangUp)
	try {
		caller.signal?.throwIfAborted()
		const validated = Promise.resolve(captcha.validate(token, { form, address: caller.address, signal }))
		return await Promise.race([validated, givenUp])
	} finally {
		clearTimeout(timer)
		caller.signal?.removeEventListener("abort", hangUp)
	}
}
