import { z } from "zod"
import type { UserDefaults } from "./auth/user/columns.server"
import { StartError } from "./start-error"

/** Timers in Node hold at most 2^31 - 1 ms; a longer window would silently become no limit at all. */
const MAX_WINDOW_SECONDS = 2_147_483

/** What the files `http/*-cookie.server.ts` and `http/notice.server.ts` call theirs. */
const OTHER_COOKIES = ["notice", "registration", "device", "mailed", "username"]

/** What {@link isFrontEnd} asks for. */
export const FRONT_END =
	"must be an https address such as https://shop.example.org/verify (http on localhost only)"

const seconds = z.int().positive()
const count = z.int().positive()
const path = z.string().regex(/^\/(?![/\\])/, "must be a path on this site, such as /account")
const target = z
	.union([path, z.url({ protocol: /^(?:https|mailto)$/ })], "must be a path, an https address, or null")
	.nullable()
const limit = z.strictObject({
	points: count,
	durationSeconds: seconds.max(MAX_WINDOW_SECONDS),
	/** How long anyone over it stays refused; without it, until the window ends. */
	blockSeconds: seconds.max(MAX_WINDOW_SECONDS).optional(),
})
const color = z.string().regex(/^#[0-9a-f]{6}$/i, "must be a colour such as #1d2a26")
const colors = z.strictObject({
	background_color: color,
	foreground_color: color,
	text_color: color,
	error_text_color: color,
	button_color: color,
	button_text_color: color,
	link_color: color,
	border_color: color,
})

const configSchema = z
	.strictObject({
		appName: z.string().min(1).max(60),
		tagline: z.string().min(1).max(160),
		footerLinks: z.strictObject({ privacy: target, terms: target, help: target }),
		registration: z.strictObject({
			enabled: z.boolean(),
			readOnly: z.boolean(),
			passwordConfirm: z.boolean(),
			// Which columns there are is checked by `auth/user/columns.server.ts`.
			userDefaults: z.custom<UserDefaults>(isPlainObject, "must be an object of columns and their values"),
			redirectTo: path.optional(),
			signIn: z.boolean(),
		}),
		verification: z.strictObject({
			enabled: z.boolean(),
			periodSeconds: seconds,
			redirectTo: path,
			oneTimeUse: z.boolean(),
			url: z.string().refine(isFrontEnd, FRONT_END).optional(),
			autoLogin: z.union([z.literal(false), z.enum(["same-browser", "always"])]),
		}),
		passwordReset: z.strictObject({ enabled: z.boolean(), periodSeconds: seconds }),
		emailChange: z.strictObject({ periodSeconds: seconds }),
		login: z.strictObject({ redirectTo: path }),
		logout: z.strictObject({
			redirectTo: path,
			clearSiteData: z.array(z.enum(["cache", "cookies", "storage"])),
		}),
		session: z.strictObject({
			cookieName: z
				.string()
				.regex(/^[A-Za-z0-9_-]{1,40}$/, "may hold letters, digits, - and _ only")
				.refine((name) => !OTHER_COOKIES.includes(name), "is the name of another cookie here"),
			expirySeconds: seconds,
			maxExpirySeconds: seconds,
			maxPerAccount: count,
		}),
		password: z.strictObject({
			minCodePoints: count.min(8, "may not be below 8 (NIST SP 800-63B-4, 3.1.1.2)"),
			maxCodePoints: count.min(64, "may not be below 64 (NIST SP 800-63B-4, 3.1.1.2)").max(256),
			refuseMostCommon: z.int().nonnegative(),
			minGuesses: z.int().nonnegative(),
			maxHashWaitSeconds: z.number().positive().max(10),
		}),
		username: z.strictObject({ minLength: count, maxLength: count.max(64) }),
		limits: z.strictObject({
			wrongPasswordPerAccount: limit,
			wrongPasswordPerClient: limit,
			wrongPasswordPerDevice: limit,
			wrongCaptchaPerClient: limit,
			registrationPerClient: limit,
			registrationCheckPerClient: limit,
			mailPerMailbox: limit,
			mailPerMailboxAndClient: limit,
			noticePerMailbox: limit,
			mailPerClient: limit,
			mailPerNetwork: limit,
		}),
		mail: z.strictObject({
			pollSeconds: z.number().min(0.1).max(60),
			retryDelaysSeconds: z.array(seconds).min(1),
			maxAgeSeconds: seconds,
			timeoutSeconds: seconds,
			answerTimeoutSeconds: seconds,
			keepSeconds: seconds,
		}),
		server: z.strictObject({
			maxBodyBytes: count,
			requestTimeoutSeconds: seconds,
			answerTimeoutSeconds: seconds.max(MAX_WINDOW_SECONDS),
			drainSeconds: z.int().nonnegative().max(MAX_WINDOW_SECONDS),
			shutdownGraceSeconds: seconds,
		}),
		styles: z.strictObject({ light: colors, dark: colors }),
	})
	.superRefine((config, context) => {
		const refuse = (path: string, message: string) =>
			context.addIssue({ code: "custom", path: path.split("."), message })
		const { session, password, username, registration, verification } = config
		if (registration.signIn && verification.enabled)
			refuse("registration.signIn", "needs verification.enabled to be false")
		if (verification.autoLogin === "always" && !verification.oneTimeUse)
			refuse("verification.autoLogin", 'may be "always" only where verification.oneTimeUse is true')
		if (session.expirySeconds > session.maxExpirySeconds)
			refuse("session.expirySeconds", "is longer than session.maxExpirySeconds")
		if (password.minCodePoints > password.maxCodePoints)
			refuse("password.minCodePoints", "is larger than password.maxCodePoints")
		// zxcvbn counts ten guesses for a character that fits no pattern.
		if (password.minGuesses > 10 ** password.minCodePoints)
			refuse("password.minGuesses", "is more than random characters reach in password.minCodePoints")
		if (username.minLength > username.maxLength)
			refuse("username.minLength", "is larger than username.maxLength")
	})

export type Config = z.infer<typeof configSchema>
export type LimitName = keyof Config["limits"]

/** @throws {StartError} naming the first setting that is out of range or contradicts another. */
export function checkConfig(config: unknown): void {
	// Run only once, it need not be compiled.
	const issue = configSchema.safeParse(config, { jitless: true }).error?.issues[0]
	if (issue) throw new StartError(`app/auth.config.ts: ${issue.path.join(".")} ${lowerFirst(issue.message)}`)
}

/** Links carry what confirms an account: they go nowhere in the clear, except to a developer's own machine. */
export function isFrontEnd(address: string): boolean {
	const url = URL.parse(address)
	if (!url || url.username || url.password) return false
	return url.protocol === "https:" || (url.protocol === "http:" && url.hostname === "localhost")
}

function isPlainObject(value: unknown): boolean {
	return typeof value === "object" && value !== null && !Array.isArray(value)
}

function lowerFirst(sentence: string): string {
	return sentence.charAt(0).toLowerCase() + sentence.slice(1)
}
