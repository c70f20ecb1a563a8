import type { Hooks } from "./auth/admission.server"
import type { Backend } from "./auth/backend/backend"
import { bearer } from "./auth/backend/bearer.server"
import { cookie } from "./auth/backend/cookie.server"
import { jwt } from "./auth/backend/jwt.server"
import type { Captcha, CaptchaForm } from "./auth/captcha/captcha"
import type { Registration } from "./auth/registration"
import type { Verification } from "./auth/verification-url.server"

/** Code of your own, called by the account system; what can be said by data alone is in `auth.config.ts`. */

/** The ways to stay signed in, tried in this order: `/login/<name>` signs in by one. See `docs/backends.md`. */
export const backends: Backend[] = [
	cookie(),
	bearer(),
	jwt({ lifetimeSeconds: 15 * 60, audience: "gatehouse" }),
]

/** What shows that a person sends a form; null asks for nothing. See `docs/captcha.md`. */
export const captchas: Record<CaptchaForm, Captcha | null> = {
	register: null,
	login: null,
	forgot: null,
	resend: null,
}

/** Each may refuse a sign-in by returning a sentence. See `docs/hooks-and-events.md`. */
export const hooks: Hooks = {
	/** With what was typed, before the password is checked. */
	preLogin: [],
	/** With the user, after the right password and before there is a session. */
	loginSuccess: [],
	/** With what was typed, after a wrong one. */
	loginFailure: [],
}

/** What else registration asks for, and what programs are told of an account. See `docs/fields.md`. */
export const registration = {
	fields: {},
} satisfies Registration

/**
 * Where the link to confirm an address leads, when `verification.url` does not say enough. See `docs/verification.md`.
 */
export const verification = {} satisfies Verification

// Handlers, called once something happened: `on("user.registered", (user, caller) => …)`, from `./auth/event.server`.
