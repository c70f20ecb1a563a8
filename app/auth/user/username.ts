import { config } from "../../auth.config"
import type { Fault } from "../fault"

/**
 * ASCII letters, digits and `. _ -` between them: no two different names can look alike, and none looks like a
 * mail address. (Unicode Technical Standard 39 is the way to widen this.)
 */
export const USERNAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/

/** @returns what is wrong, or null. */
export function usernameFault(username: string): Fault | null {
	const { minLength, maxLength } = config.username
	if (username.length < minLength || username.length > maxLength)
		return { code: "username_length", minLength, maxLength }
	if (!USERNAME.test(username)) return { code: "username_characters" }
	return null
}

/** What is unique: names that differ only in letter case are one. */
export function usernameKey(username: string): string {
	return username.toLowerCase()
}
