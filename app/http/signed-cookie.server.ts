import { z } from "zod"
import { isSignature, type SignaturePurpose, sign } from "../auth/signature.server"
import { readCookie, serializeCookie } from "./cookie.server"

/** Browsers keep no cookie above 4096 bytes (RFC 6265bis, 6.1), so no longer one is ours. */
const MAX_LENGTH = 4000

/**
 * A few values that one page leaves for another in this browser, which addresses, logs and other sites do not see. Its
 * end is signed with it: a browser that keeps it longer gains nothing.
 *
 * @param definition.seconds how long it counts
 * @param definition.schema what a value is; one of an older version is as good as none
 */
export function signedCookie<Value>(definition: {
	name: string
	purpose: SignaturePurpose
	seconds: number
	schema: z.ZodType<Value>
}) {
	const { name, purpose, seconds, schema } = definition
	const contents = z.tuple([z.number(), schema])
	return {
		set(value: Value, now: Date): string {
			const ends = Math.floor(now.getTime() / 1000) + seconds
			const content = Buffer.from(JSON.stringify([ends, value])).toString("base64url")
			return serializeCookie(name, `${content}.${sign(purpose, content)}`, { seconds })
		},
		read(request: Request, now: Date): Value | null {
			const cookie = readCookie(request, name) ?? ""
			if (cookie.length > MAX_LENGTH) return null
			const [, content = "", signature = ""] = /^([\w-]+)\.([\w-]{43})$/.exec(cookie) ?? []
			if (!content || !isSignature(purpose, content, signature)) return null
			const read = contents.safeParse(JSON.parse(Buffer.from(content, "base64url").toString("utf8")))
			if (!read.success) return null
			const [ends, value] = read.data
			return now.getTime() < ends * 1000 ? value : null
		},
		/** Takes it back, where there is one. */
		remove: (request: Request): string[] =>
			readCookie(request, name) === null ? [] : [serializeCookie(name, "", { seconds: 0 })],
	}
}
