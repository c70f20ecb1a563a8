import { domainToASCII, domainToUnicode } from "node:url"

/** RFC 5321, 4.5.3.1: what one address may hold, in bytes. */
const MAX_ADDRESS = 254
const MAX_LOCAL_PART = 64

/**
 * An unquoted local part (RFC 5321 `Dot-string`) without the characters that mail software gives a meaning of its
 * own: `%` and `!` route, a backquote or `|` may reach a shell, a `-` in front is an option, `=?` begins an encoded
 * word.
 */
const LOCAL_PART = /^(?!-)[A-Za-z0-9_+'&=~#$*^{}/-]+(?:\.[A-Za-z0-9_+'&=~#$*^{}/-]+)*$/
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/

export type MailAddress = {
	/** As typed, with the domain in lower-case ASCII: what mail is sent to. */
	address: string
	/** Equal for all spellings that reach the same mailbox in practice: what is unique. */
	key: string
}

/**
 * Reads one mail address, strictly: whatever is accepted here is exactly one recipient to every mail library.
 * International domains become Punycode; dots and `+tags` are left alone, as only the mailbox's owner knows what
 * they mean.
 */
export function parseMailAddress(text: string): MailAddress | null {
	if (text.length > MAX_ADDRESS) return null
	const at = text.lastIndexOf("@")
	const localPart = text.slice(0, at)
	const domain = toAsciiDomain(text.slice(at + 1))
	if (at < 1 || localPart.length > MAX_LOCAL_PART || !LOCAL_PART.test(localPart) || !DOMAIN.test(domain))
		return null
	const address = `${localPart}@${domain}`
	return address.length > MAX_ADDRESS ? null : { address, key: address.toLowerCase() }
}

/**
 * `""` for what is no domain. The URL parser drops or maps some characters (soft hyphens, full width), so those are
 * refused first.
 */
function toAsciiDomain(domain: string): string {
	if (/[^\p{L}\p{M}\p{N}.-]/u.test(domain) || domain !== domain.normalize("NFKC")) return ""
	const ascii = domainToASCII(domain)
	return domainToUnicode(ascii) === "" || /xn--/.test(domainToUnicode(ascii)) ? "" : ascii
}
