import { randomBytes } from "node:crypto"
import { isSignature, sign } from "./signature.server"
import type { User } from "./user/user.server"

/** How many accounts one browser is known to: a household's. */
const MAX_MARKS = 4
/** `<id>.<signature>`: 128 and 256 bits. */
const MARK = /^([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})$/

/** What a mark is about: no password, address or activity that it has outlived. */
type Marked = Pick<User, "id" | "epoch">

/** With the new value of the browser's cookie. */
export type OnDevice<Session> = Session & { device: string }

/**
 * A browser in which somebody signed in before has a mark for that account (a "device cookie", OWASP, "Slow Down Online
 * Guessing Attacks with Device Cookies"). It signs nobody in: it only has its own count of wrong passwords, so that no
 * stranger can use up the owner's. It dies with the account's epoch.
 *
 * @param marks what the browser sent, or `""`
 * @returns the mark's id; null where there is none for this account
 */
export function findDevice(user: Marked | null, marks = ""): string | null {
	// As much work for an account that does not exist.
	const marked = user ?? { id: "", epoch: 0 }
	const found = readMarks(marks).find(({ id, signature }) => isMark(marked, id, signature))
	return user && found ? found.id : null
}

/** @returns the browser's marks with one for this account, as they go into its cookie */
export function markDevice(user: Marked, marks = ""): string {
	const id = findDevice(user, marks) ?? randomBytes(16).toString("base64url")
	const others = readMarks(marks).filter((mark) => mark.id !== id)
	const newest = { id, signature: sign("cookie/device", message(user, id)) }
	return [newest, ...others]
		.slice(0, MAX_MARKS)
		.map((mark) => `${mark.id}.${mark.signature}`)
		.join("~")
}

/** A session that goes on at another epoch: the browser is as well known as before. @param user at the new epoch */
export function withDevice<Session extends object>(
	session: Session | null,
	user: Marked,
	marks?: string,
): OnDevice<Session> | null {
	return session && { ...session, device: markDevice(user, marks) }
}

function readMarks(marks: string): { id: string; signature: string }[] {
	return marks.split("~", MAX_MARKS).flatMap((mark) => {
		const [, id, signature] = MARK.exec(mark) ?? []
		return id && signature ? [{ id, signature }] : []
	})
}

function isMark(user: Marked, id: string, signature: string): boolean {
	return isSignature("cookie/device", message(user, id), signature)
}

function message({ id, epoch }: Marked, device: string): string {
	return JSON.stringify([id, device, epoch])
}
