import type { Config } from "./auth.config.check.server"

/**
 * Every policy of the account system, in one place. Data only: no secret (those are in the environment),
 * no code. A contradiction stops the server with one line that names the setting.
 */

/** The name that pages and mails show. */
export const appName = "Gatehouse"

/** What the site is for, in a sentence: on the start page, to search engines, and where a link to it is shared. */
export const tagline = "Accounts for your application: ready, safe, and yours to change."

/** At the foot of every page: a path, an address, or null for none. */
export const footerLinks: Config["footerLinks"] = { privacy: null, terms: null, help: null }

/** The eight colours of the pages, by day and by night. Everything else is mixed from them, in `app/ui/styles`. */
export const styles: Config["styles"] = {
	light: {
		background_color: "#f0ebe0",
		foreground_color: "#fffdf8",
		text_color: "#1c2823",
		error_text_color: "#961f17",
		button_color: "#1d4a3a",
		button_text_color: "#fffdf8",
		link_color: "#17503b",
		border_color: "#827b6c",
	},
	dark: {
		background_color: "#11130f",
		foreground_color: "#22251f",
		text_color: "#f0ebe0",
		error_text_color: "#ffb3a6",
		button_color: "#9ed6ba",
		button_text_color: "#0d1a14",
		link_color: "#a6dcc2",
		border_color: "#878c80",
	},
}

export const config: Config = {
	registration: {
		/** Can people register? Without it the page is not there, and nothing leads to it. */
		enabled: true,
		/** Is the form only shown? The page says so, and what is sent is refused. */
		readOnly: false,
		/** Must the password be repeated? */
		passwordConfirm: true,
		/** What a new account has, by column of `User`, where nothing else was sent. */
		userDefaults: { active: true },
		/**
		 * Where a form goes after success; a program finds it as `redirect_to`. Unset, it is "Check your mail" at
		 * `/verify/sent`; without verification, `/login`.
		 */
		redirectTo: undefined,
		/** Are people signed in as soon as they register? Only without verification. */
		signIn: false,
	},

	verification: {
		/** Must an address be verified before its owner can sign in? */
		enabled: true,
		/** How long a mailed link works, and a registration waits for it. */
		periodSeconds: 7 * 24 * 60 * 60,
		/** Where a form goes after success, when it does not sign in. */
		redirectTo: "/login",
		/** Does a mailed link work once? Otherwise it goes on answering for its period; used again, it changes nothing. */
		oneTimeUse: true,
		/** The page of another front end that mailed links lead to; unset, it is `/verify`. See `docs/verification.md`. */
		url: undefined,
		/** Whom it signs in: `"same-browser"` (the one that registered, or gave the password), `"always"`, or `false`. */
		autoLogin: "same-browser",
	},

	passwordReset: {
		/** Can people who forgot their password choose a new one by mail? */
		enabled: true,
		/** How long a mailed link works. */
		periodSeconds: 60 * 60,
	},

	emailChange: {
		/** How long a link to confirm a new address works. */
		periodSeconds: 24 * 60 * 60,
	},

	login: {
		/** Where a form goes after success, when nobody asked for another page. */
		redirectTo: "/",
	},

	logout: {
		/** Where a form goes afterwards. */
		redirectTo: "/login",
		/** What browsers are told to delete at sign-out: `"cache"`, `"cookies"` (all of the site's), `"storage"`. */
		clearSiteData: [],
	},

	session: {
		/** On https the cookie is called `__Host-<this>`. */
		cookieName: "id",
		/** A session ends after this long without use … */
		expirySeconds: 60 * 60,
		/** … and after this long in any case. */
		maxExpirySeconds: 7 * 24 * 60 * 60,
		/** Beyond this many, an account's oldest session ends. */
		maxPerAccount: 100,
	},

	password: {
		/**
		 * 8 keeps clients of before working. NIST SP 800-63B-4, 3.1.1.2, asks for 15 where the password is the only factor,
		 * as it is here: see `docs/decisions/0006-passwords.md`.
		 */
		minCodePoints: 8,
		/** NIST asks to allow at least 64. */
		maxCodePoints: 256,
		/** How many of the most common passwords are refused, alone and with a little added. */
		refuseMostCommon: 10_000,
		/**
		 * Repeats, sequences, keyboard runs, dates, common words with digits are refused where zxcvbn estimates fewer
		 * guesses than this. A million is what it counts as safe where guessing is limited. 0 refuses none.
		 */
		minGuesses: 1_000_000,
		/** How long a password check may wait for a processor; one that would wait longer gets 503 `overloaded` at once. */
		maxHashWaitSeconds: 1.5,
	},

	username: {
		minLength: 3,
		maxLength: 32,
	},

	/**
	 * How often, per client address (IPv6: per /64), per account, and per mailbox. A right password costs nothing. Whoever
	 * tries more often is refused until the window ends, or for `blockSeconds` where a limit has them.
	 */
	limits: {
		wrongPasswordPerAccount: { points: 10, durationSeconds: 15 * 60 },
		wrongPasswordPerClient: { points: 50, durationSeconds: 15 * 60 },
		/** For an account's owner in a browser that signed in before: instead of the two above. */
		wrongPasswordPerDevice: { points: 10, durationSeconds: 15 * 60 },
		/** A right captcha costs nothing either. */
		wrongCaptchaPerClient: { points: 30, durationSeconds: 15 * 60 },
		registrationPerClient: { points: 20, durationSeconds: 60 * 60 },
		/** How often the form may ask whether a user name is free and a password good, while it is filled in. */
		registrationCheckPerClient: { points: 100, durationSeconds: 15 * 60 },
		mailPerMailbox: { points: 5, durationSeconds: 60 * 60 },
		/** How many of a mailbox's mails one client (IPv6: a /48) may ask for: the rest are for its owner. */
		mailPerMailboxAndClient: { points: 3, durationSeconds: 60 * 60 },
		/** How many notices of each kind are sent even where the mailbox's mails are used up. */
		noticePerMailbox: { points: 1, durationSeconds: 60 * 60 },
		mailPerClient: { points: 20, durationSeconds: 60 * 60 },
		/** An IPv4 /24, an IPv6 /48. */
		mailPerNetwork: { points: 40, durationSeconds: 60 * 60 },
	},

	mail: {
		/**
		 * How often the server looks for waiting mails. One that was just asked for waits for the next look, too: work that
		 * began with the request would tell whether there is somebody to write to.
		 */
		pollSeconds: 0.5,
		/** Pauses between tries while the mail server cannot be reached. */
		retryDelaysSeconds: [5, 30, 2 * 60, 10 * 60, 30 * 60, 2 * 60 * 60],
		/** After this long a mail that could not be delivered is given up. */
		maxAgeSeconds: 2 * 24 * 60 * 60,
		/** One try may take this long, until the mail server has the whole mail … */
		timeoutSeconds: 30,
		/**
		 * … and this long until it accepts it: some look into it first. Giving up earlier would send it again and again
		 * (RFC 5321, 4.5.3.2.6, asks for ten minutes).
		 */
		answerTimeoutSeconds: 10 * 60,
		/** How long a mail's row is kept after it was sent or given up. */
		keepSeconds: 7 * 24 * 60 * 60,
	},

	server: {
		/** Bytes that a request's body may have. */
		maxBodyBytes: 64 * 1024,
		/** How long a client may take to send its request. */
		requestTimeoutSeconds: 15,
		/** How long a client may read nothing of an answer that is ready. */
		answerTimeoutSeconds: 20,
		/**
		 * How long the server still takes requests after it was told to stop, while `/readyz` says 503 already: as long as
		 * the balancer in front needs to find out, if it asks.
		 */
		drainSeconds: 0,
		/** How long requests that are under way may take after that. */
		shutdownGraceSeconds: 10,
	},

	appName,
	tagline,
	footerLinks,
	styles,
}
