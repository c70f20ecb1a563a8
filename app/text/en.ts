import type { Fault, FaultCode } from "../auth/fault"

/**
 * Every sentence of problems, fields and notices. A second language is a second file that `satisfies Text`: what it
 * lacks does not compile. Pages and mails keep their own words.
 */
export const en = {
	/** By code, see `http/problem.ts`. */
	problems: {
		malformed: "We couldn't read what was sent. Go back and try again.",
		link_invalid: "This link doesn't work. It may be incomplete, already used, or replaced by a newer one.",
		link_expired: "This link has expired.",
		credentials_invalid: "That user name, e-mail or password isn't right.",
		unauthenticated: "Sign in first.",
		not_verified: "Your e-mail address isn't confirmed yet.",
		origin_refused:
			"That form came from another site, so we didn't accept it. Go to the page on this site, then try again.",
		forbidden:
			"Your account isn't allowed to see or change this. If you think it should be, ask whoever runs this site.",
		hook_refused: "You can't sign in right now. Try again later.",
		not_found: "The address may be mistyped, or the page may have moved.",
		method_not_allowed: "This page can't do that. Go back and try again.",
		read_only: "This form is only shown. Nothing was saved.",
		too_slow: "Sending took too long. Check your connection, then try again.",
		too_large: "That was too much at once. Make it shorter, then try again.",
		uri_too_long: "The address is too long.",
		unsupported_media_type: "This kind of content isn't accepted. Send a form, or JSON in UTF-8.",
		validation_failed: "That's more than this form asks for. Go back and try again.",
		captcha_failed: "Complete the check that you're human, then send the form again.",
		captcha_unavailable: "We can't check that you're human right now. Try again in a moment.",
		rate_limited: "Too many attempts.",
		headers_too_large: "Your browser sent too much about itself. Delete this site's cookies, then try again.",
		internal: "Something went wrong on our side. We've made a note of it.",
		overloaded: "Too many people are signing in right now. Try again in a moment.",
		unavailable: "Something we need isn't available right now. Try again in a moment.",
	},
	/** The headings of pages that say so. */
	problemTitles: {
		forbidden: "You don't have access",
		hook_refused: "You can't sign in right now",
		malformed: "That didn't work",
		link_invalid: "This link doesn't work",
		link_expired: "This link has expired",
		credentials_invalid: "That isn't right",
		unauthenticated: "Sign in first",
		not_verified: "Confirm your address first",
		origin_refused: "Nothing was changed",
		not_found: "There's nothing here",
		method_not_allowed: "That didn't work",
		read_only: "This form is only shown",
		too_slow: "That took too long",
		too_large: "That's too much",
		uri_too_long: "That didn't work",
		unsupported_media_type: "That didn't work",
		validation_failed: "That didn't work",
		captcha_failed: "One thing is missing",
		captcha_unavailable: "We'll be back in a moment",
		rate_limited: "Too many attempts",
		headers_too_large: "That didn't work",
		internal: "Something went wrong",
		overloaded: "We're very busy",
		unavailable: "We'll be back in a moment",
	},
	/** The heading of a page whose link does not work. */
	deadLinkTitle: "You need a new link",
	/** Of a form's fields: what is wrong with each. One says it itself. */
	checkFields: (faults: string[][]) =>
		faults.length === 1 ? (faults[0]?.[0] ?? "") : `Check these ${faults.length} fields.`,
	/** In front of the title of a page that tells what went wrong. */
	faultyTitle: "Error: ",
	tooManyTries: (seconds: number) => `Too many attempts. Try again in ${wait(seconds)}.`,
	tooManyMails: (seconds: number) => `You've asked for several links. Try again in ${wait(seconds)}.`,
	noAnswer: {
		title: "Can't connect",
		detail:
			"We couldn't reach the site, so your changes may not have been saved. Check your connection, then try again.",
	},

	/** What is wrong with a field, see `auth/fault.ts`. */
	faults: {
		username_missing: "Enter a user name.",
		username_length: ({ minLength, maxLength }: Fault<"username_length">) =>
			`Choose a user name of ${minLength} to ${maxLength} characters.`,
		username_characters:
			"Use letters from a to z, digits, dots, dashes and underscores. Start and end with a letter or digit.",
		username_taken: "This user name is taken. Choose another.",
		email_missing: "Enter your e-mail address.",
		email_malformed: "Enter a valid e-mail address, like ada@example.org.",
		email_taken: "This address already has an account. Sign in instead.",
		current_password_wrong: "That isn't your current password.",
		email_of_another: "Another account has this address.",
		last_superuser: "This is the last active superuser. Make someone else one first.",
		password_missing: "Enter your password.",
		current_password_missing: "Enter your current password.",
		password_unreadable: "This can't be your password: it's too long, or has characters that can't be typed.",
		new_password_missing: "Choose a password.",
		new_password_unreadable: "Use only characters that can be typed.",
		password_too_short: ({ minCodePoints }: Fault<"password_too_short">) =>
			`Choose a password of at least ${minCodePoints} characters.`,
		password_too_long: ({ maxCodePoints }: Fault<"password_too_long">) =>
			`Choose a password of at most ${maxCodePoints} characters.`,
		password_common: "This is one of the most common passwords. Choose another.",
		password_common_word:
			"That's little more than a common word or number. Try a few unrelated words instead.",
		password_service_name: "That's little more than our name. Try a few unrelated words instead.",
		password_repeat: "That repeats the same few characters. Try a few unrelated words instead.",
		password_sequence: "That's a sequence, like abcd or 4321. Try a few unrelated words instead.",
		password_keyboard: "Those keys are next to each other on a keyboard. Try a few unrelated words instead.",
		password_date: "That's little more than a date or a year. Try a few unrelated words instead.",
		password_contains_username: "Choose a password that doesn't contain your user name.",
		password_contains_email: "Choose a password that doesn't contain the name in your e-mail address.",
		confirm_password_missing: "Repeat the password.",
		confirm_password_differs: "The passwords don't match.",
		identifier_missing: "Enter your user name or e-mail address.",
		identifier_too_long: "This is longer than any user name or e-mail address here.",
		sure_missing: "Tick this box to go ahead.",
		sure_of_address_missing: "Tick this box to confirm the address.",
		intent_unknown: "Choose to update or to delete.",
		hash_missing: "Give the hash of the password.",
		hash_unknown: "This isn't a hash that can be checked here, or it would cost too much.",
		line_malformed: "This isn't a JSON object on one line.",
		line_unknown_field: ({ name }: Fault<"line_unknown_field">) => `There is no field ${name}.`,
		line_repeated: ({ line }: Fault<"line_repeated">) => `Line ${line} has the same.`,
		not_time: "Give a time such as 2026-01-31T12:00:00Z.",
		not_text: "Send this as text.",
		not_boolean: "Send true or false.",
		repeated: "This was sent more than once. Send it once.",
	} satisfies { [Code in FaultCode]: string | ((fault: Fault<Code>) => string) },

	/** What a page says once, after something was done. */
	notices: {
		registered:
			"Almost there. We've sent you an e-mail: open its link to confirm your address, then sign in.",
		registered_without_mail: "Your account is ready. Sign in.",
		verified: "Your address is confirmed. Sign in to continue.",
		verified_signed_in: "Your address is confirmed, and your account is ready.",
		reset_requested:
			"If that user name or address has an account, a link to choose a new password is on its way.",
		password_reset: "Your password has been changed. Sign in with the new one.",
		password_changed: "Your password has been changed. Every other device is signed out.",
		email_change_requested: "We've sent a link to the new address. Nothing changes until you open it.",
		email_change_canceled: "Your address stays as it is.",
		email_changed: "Your new address is confirmed.",
		resent: "A new link is on its way, if this address still needs one.",
		removed: "The account was removed. Your address isn't used here any more.",
		profile_saved: "Profile saved.",
		user_updated: "Changes saved.",
		user_deleted: "The account was deleted.",
		session_ended: "Your session has ended. Sign in again to continue.",
		signed_out: "You're signed out.",
	},
}

/** @public for the file of another language */
export type Text = typeof en

function wait(seconds: number): string {
	if (seconds === 1) return "a second"
	if (seconds < 60) return `${seconds} seconds`
	const minutes = Math.ceil(seconds / 60)
	if (minutes < 60) return minutes === 1 ? "a minute" : `${minutes} minutes`
	const hours = Math.ceil(minutes / 60)
	return hours === 1 ? "an hour" : `${hours} hours`
}
