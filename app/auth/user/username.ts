import { config } from "../../auth.config"

/**
 * ASCII letters, digits and `. _ -` between them: no two different names can look alike, and none looks like a
 * mail address. (Unicode Technical Standard 39 is the way to widen this.)
 */
const USERNAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/

/** @returns the sentence that says what is wrong, or null. */
export function usernameFault(username: string): string | null {
	const { minLength, maxLength } = config.username
	if (username.length < minLength || username.length > maxLength)
		return `Use ${minLength} to ${maxLength} characters.`
	if (!USERNAME.test(username))
		return "Use letters from a to z, digits, dots, dashes and underscores. Begin and end with a letter or a digit."
	return null
}

/** What is unique: names that differ only in letter case are one. */
export function usernameKey(username: string): string {
	return username.toLowerCase()
}
