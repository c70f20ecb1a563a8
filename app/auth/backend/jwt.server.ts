import { randomUUID } from "node:crypto"
import { errors, jwtVerify, SignJWT } from "jose"
import { z } from "zod"
import { env } from "../../env.server"
import { StartError } from "../../start-error"
import { signingKeys } from "../signature.server"
import { findUser } from "../user/user.server"
import type { Backend } from "./backend"

const name = "jwt"
const ALGORITHM = "HS256"
/** RFC 9068, 2.1: so that no other kind of JWT passes for an access token. */
const TYPE = "at+jwt"
/** How far another server's clock may be off. */
const CLOCK_TOLERANCE_SECONDS = 5
/** Ours have some 400; anything longer need not be decoded. */
const MAX_TOKEN_LENGTH = 2048

/** What jose does not check: the claims' types, and that a token is for one audience. */
const claimsSchema = z.object({
	sub: z.string(),
	aud: z.string(),
	iat: z.int(),
	exp: z.int(),
	jti: z.string(),
	epoch: z.int(),
})

/**
 * For programs whose tokens other services check as well: a signed token (RFC 7519, RFC 9068) of which nothing is
 * stored. It cannot be ended by signing out: it lives until it expires, or the account's epoch rises.
 *
 * @param options.audience who the tokens are for: the `aud` that is signed, and the only one accepted
 * @throws {StartError}
 */
export function jwt({ lifetimeSeconds, audience }: { lifetimeSeconds: number; audience: string }): Backend {
	if (!Number.isInteger(lifetimeSeconds) || lifetimeSeconds < 1)
		throw new StartError("app/auth.events.server.ts: jwt lifetimeSeconds must be a whole number above 0")
	if (!audience) throw new StartError("app/auth.events.server.ts: jwt audience is missing")
	const [newest, ...older] = signingKeys("jwt")
	const keys = [newest, ...older]

	/** Only ours, by their ids: a header that brings or points to a key of its own is refused. */
	function keyOf({ kid }: { kid?: string }): Buffer {
		const known = keys.find(({ id }) => id === kid)
		if (!known) throw new errors.JWKSNoMatchingKey()
		return known.key
	}

	async function readClaims(token: string, currentDate: Date) {
		if (token.length > MAX_TOKEN_LENGTH) return null
		try {
			const { payload } = await jwtVerify(token, keyOf, {
				algorithms: [ALGORITHM],
				typ: TYPE,
				issuer: env.appUrl,
				audience,
				requiredClaims: ["sub", "iat", "exp", "jti", "epoch"],
				// Refuses an `iat` in the future, too.
				maxTokenAge: lifetimeSeconds,
				clockTolerance: CLOCK_TOLERANCE_SECONDS,
				currentDate,
			})
			return claimsSchema.safeParse(payload).data ?? null
		} catch (error) {
			if (error instanceof errors.JOSEError) return null
			throw error
		}
	}

	return {
		name,
		async signIn({ id, epoch }, _options, { now }) {
			const current = await findUser(id)
			if (!current?.active || current.epoch !== epoch) return null
			const issuedAt = Math.floor(now.getTime() / 1000)
			const expiresAt = new Date((issuedAt + lifetimeSeconds) * 1000)
			const token = await new SignJWT({ epoch })
				.setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid: newest.id })
				.setIssuer(env.appUrl)
				.setAudience(audience)
				.setSubject(id)
				.setIssuedAt(issuedAt)
				.setExpirationTime(expiresAt)
				.setJti(randomUUID())
				.sign(newest.key)
			return { kind: "token", token, expiresAt, expiresInSeconds: lifetimeSeconds }
		},
		async authenticate({ bearer }, { now }) {
			const claims = bearer?.includes(".") ? await readClaims(bearer, now) : null
			const user = claims && (await findUser(claims.sub))
			if (!user?.active || user.epoch !== claims?.epoch) return null
			const expiresAt = new Date(claims.exp * 1000)
			return { user, session: { id: null, expiresAt, absoluteExpiresAt: expiresAt, backend: name } }
		},
		async signOut() {},
	}
}
