import { randomBytes } from "node:crypto"
import { hashPassword } from "../app/auth/password/hashing.server"
import { createUser, type Profile } from "../app/auth/user/user.server"
import { parseMailAddress } from "../app/mail/address.server"

const people = [
	{ username: "ada", email: "ada@example.org", verified: true },
	{ username: "grace", email: "grace@example.org", verified: false },
]

/**
 * Puts two people into a new database: one who can sign in, and one whose address is still to be verified.
 * @returns lines that tell their passwords, which are nowhere else; none when they were there already
 */
export async function seed(): Promise<string[]> {
	const lines: string[] = []
	for (const { username, email, verified } of people) {
		const password = randomBytes(9).toString("base64url")
		const hashed = await hashPassword(password)
		const address = parseMailAddress(email)
		if (!hashed.ok || !address) throw new Error(`${username} cannot be seeded`)
		const { passwordHash } = hashed
		const now = new Date()
		const state = verified ? { mail: null, emailVerifiedAt: now } : { mail: "verify" as const }
		// What a fork asks for besides is what its column has by default.
		const profile = { username, email: address } as Profile
		const created = await createUser(profile, { passwordHash, now, ...state })
		if (created.ok)
			lines.push(`  ${username.padEnd(6)} ${password}   ${verified ? "verified" : "not verified yet"}`)
	}
	return lines.length > 0 ? ["\n  People to sign in as (their passwords are shown only now):", ...lines] : []
}
