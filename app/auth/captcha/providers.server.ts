import { env } from "../../env.server"
import { StartError } from "../../start-error"
import type { Captcha, CaptchaAsked, CaptchaWidget } from "./captcha"
import { type SiteVerifyAnswer, siteVerify } from "./site-verify.server"
import { UsedTokens } from "./used-tokens.server"

export type ProviderOptions = {
	/** From the environment, unless given. */
	siteKey?: string
	secretKey?: string
	/** Whether the provider learns the visitor's network address from us. */
	sendsAddress?: boolean
	/** Where the widget may have been solved: the host of `APP_URL`, unless given. */
	hostnames?: string[]
	/** Another address to check tokens at. */
	verifyUrl?: string
}

type Provider = {
	/** In the environment, before `_SITE_KEY` and `_SECRET_KEY`. */
	prefix: "HCAPTCHA" | "RECAPTCHA" | "TURNSTILE"
	field: string
	verifyUrl: string
	maxTokenLength: number
	/** Keys that anybody may use for tests: their secrets find every token good. */
	testKeys: { siteKey: string; secretKey: string; all: RegExp }
	widget: (siteKey: string) => CaptchaWidget
	/** Sent along with the token. */
	besides?: (siteKey: string) => Record<string, string>
	/** Whether the widget notes which form it stood in. */
	notesForm?: boolean
}

/** What providers say when the mistake is not the visitor's: wrong keys, or a wrong request of ours. */
const OUR_FAULTS = [
	"missing-input-secret",
	"invalid-input-secret",
	"sitekey-secret-mismatch",
	"not-using-dummy-secret",
	"not-using-dummy-passcode",
	"bad-request",
	"internal-error",
	"invalid-keys",
	"invalid-remoteip",
]

/** Providers take a token for two to five minutes; more than this means a wrong clock, or an answer that was kept. */
const MAX_AGE_MS = 10 * 60 * 1000

/** hCaptcha. @throws {StartError} naming the key that is missing, or is one for tests, in production */
export const hcaptcha = captchaOf({
	prefix: "HCAPTCHA",
	field: "h-captcha-response",
	verifyUrl: "https://api.hcaptcha.com/siteverify",
	maxTokenLength: 8_192,
	testKeys: {
		siteKey: "10000000-ffff-ffff-ffff-000000000001",
		secretKey: "0x0000000000000000000000000000000000000000",
		all: /^(?:\d0{7}-ffff-ffff-ffff-0{11}\d|0x0+)$/i,
	},
	widget: (siteKey) => {
		// "Do not hard-code specific subdomains", its documentation asks.
		const hosts = ["https://hcaptcha.com", "https://*.hcaptcha.com"]
		const sources = { "script-src": hosts, "frame-src": hosts, "style-src": hosts, "connect-src": hosts }
		return { provider: "hcaptcha", siteKey, sources }
	},
	// Without it, a token from another site of the same owner would do.
	besides: (siteKey) => ({ sitekey: siteKey }),
})

/** Google's reCAPTCHA v2, the box to tick. @throws as {@link hcaptcha} */
export const recaptchaV2 = captchaOf({
	prefix: "RECAPTCHA",
	field: "g-recaptcha-response",
	verifyUrl: "https://www.google.com/recaptcha/api/siteverify",
	maxTokenLength: 8_192,
	testKeys: {
		siteKey: "6LeIxAcTAAAAAJcZVRqyHh71UMIEGNQ_MXjiZKhI",
		secretKey: "6LeIxAcTAAAAAGG-vFI1TnRWxMZNFuojJ4WifJWe",
		all: /^6LeIxAcTAAAAA(?:JcZVRqyHh71UMIEGNQ_MXjiZKhI|GG-vFI1TnRWxMZNFuojJ4WifJWe)$/,
	},
	widget: (siteKey) => ({
		provider: "recaptcha_v2",
		siteKey,
		scriptUrl: "https://www.google.com/recaptcha/api.js?render=explicit",
		api: "grecaptcha",
		sources: {
			"script-src": ["https://www.google.com/recaptcha/", "https://www.gstatic.com/recaptcha/"],
			"frame-src": ["https://www.google.com/recaptcha/", "https://recaptcha.google.com/recaptcha/"],
			"connect-src": ["https://www.google.com/recaptcha/"],
			// It lays itself out by style attributes (google/recaptcha#107).
			"style-src-attr": ["'unsafe-inline'"],
		},
	}),
})

/** Cloudflare's Turnstile. @throws as {@link hcaptcha} */
export const turnstile = captchaOf({
	prefix: "TURNSTILE",
	field: "cf-turnstile-response",
	verifyUrl: "https://challenges.cloudflare.com/turnstile/v0/siteverify",
	maxTokenLength: 2_048,
	testKeys: {
		siteKey: "1x00000000000000000000AA",
		secretKey: "1x0000000000000000000000000000000AA",
		all: /^[123]x0+(?:AA|AB|BB|FF)$/,
	},
	widget: (siteKey) => ({
		provider: "turnstile",
		siteKey,
		scriptUrl: "https://challenges.cloudflare.com/turnstile/v0/api.js?render=explicit",
		api: "turnstile",
		sources: {
			"script-src": ["https://challenges.cloudflare.com"],
			"frame-src": ["https://challenges.cloudflare.com"],
		},
	}),
	notesForm: true,
})

function captchaOf(provider: Provider) {
	return (options: ProviderOptions = {}): Captcha => {
		const { siteKey, secretKey, isForTests } = keysOf(provider, options)
		const url = verifyUrlOf(provider, options)
		const hostnames = options.hostnames ?? [new URL(env.appUrl).hostname]
		const used = new UsedTokens()
		const isGenuine = (answer: SiteVerifyAnswer, { form }: CaptchaAsked) =>
			isForTests ||
			(typeof answer.hostname === "string" &&
				hostnames.includes(answer.hostname.toLowerCase()) &&
				isRecent(answer.challenge_ts) &&
				(!provider.notesForm || answer.action === form))

		async function validate(token: string, asked: CaptchaAsked): Promise<boolean> {
			// A provider's token is printable ASCII; anything else need not be asked about.
			if (token.length > provider.maxTokenLength || !/^[\x21-\x7e]+$/.test(token)) return false
			// The test keys' tokens are all the same.
			if (!isForTests && !used.use(token)) return false
			try {
				const answer = await siteVerify(
					url,
					{
						secret: secretKey,
						response: token,
						...provider.besides?.(siteKey),
						...(options.sendsAddress ? { remoteip: asked.address } : {}),
					},
					asked.signal,
				)
				if (answer.success) return isGenuine(answer, asked)
				const fault = [answer["error-codes"]].flat().find((code) => OUR_FAULTS.includes(String(code)))
				if (fault) throw new Error(`The provider says ${fault}: look at the keys`)
				return false
			} catch (error) {
				used.giveBack(token)
				throw error
			}
		}
		return { widget: provider.widget(siteKey), field: provider.field, validate }
	}
}

/**
 * Outside production, the keys for tests stand in for missing ones, so that a page can be looked at without an account.
 */
function keysOf({ prefix, testKeys }: Provider, options: ProviderOptions) {
	const given = env.captchaKeys[prefix]
	const pick = (name: "siteKey" | "secretKey") => {
		const variable = `${prefix}_${name === "siteKey" ? "SITE_KEY" : "SECRET_KEY"}`
		const key = options[name] || given[name]
		if (!env.production) return key || testKeys[name]
		if (!key) throw new StartError(`${variable} is missing: the captcha's provider gives it to you`)
		if (testKeys.all.test(key))
			throw new StartError(`${variable} is the provider's key for tests, which lets everybody pass`)
		return key
	}
	const keys = { siteKey: pick("siteKey"), secretKey: pick("secretKey") }
	return { ...keys, isForTests: testKeys.all.test(keys.secretKey) }
}

/**
 * Secrets go there, so it is https; what plays the provider in tests is on the same machine, and never in production.
 */
function verifyUrlOf({ prefix, verifyUrl }: Provider, options: ProviderOptions): string {
	const url = URL.parse(options.verifyUrl ?? verifyUrl)
	const isHere =
		!env.production && url?.protocol === "http:" && /^(?:localhost|127\.0\.0\.1)$/.test(url.hostname)
	if (url && (url.protocol === "https:" || isHere)) return url.href
	throw new StartError(
		`app/auth.events.server.ts: captchas: the verifyUrl of ${prefix} must be an https address`,
	)
}

function isRecent(time: unknown): boolean {
	return typeof time === "string" && Math.abs(Date.now() - Date.parse(time)) < MAX_AGE_MS
}
