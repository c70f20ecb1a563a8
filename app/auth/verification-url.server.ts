import { config } from "../auth.config"
import { FRONT_END, isFrontEnd } from "../auth.config.check.server"
import { verification } from "../auth.events.server"
import { env } from "../env.server"
import { StartError } from "../start-error"

/** What a link to confirm an address carries, and what is sent to `/verify` to do it. */
export type VerificationLink = { user_id: string; timestamp: string; signature: string; redirect_to?: string }

/** What a fork may say of verification in code, in `auth.events.server.ts`. See `docs/verification.md`. */
export type Verification = {
	/** Builds the address that is mailed, for a front end that has its parameters elsewhere than in the query. */
	buildUrl?: (link: VerificationLink) => string
}

/** Where a mailed link leads: to `/verify`, or to the front end that is configured. Never made from a request. */
export function verificationUrl(link: VerificationLink): string {
	const { buildUrl }: Verification = verification
	if (buildUrl) return buildUrl(link)
	const url = new URL(config.verification.url ?? `${env.appUrl}/verify`)
	for (const [name, value] of Object.entries(link)) url.searchParams.set(name, value)
	return url.href
}

/** Builds one link in advance. @throws {StartError} where it cannot be mailed, or two settings say where it leads */
export function checkVerificationUrl(): void {
	const { buildUrl }: Verification = verification
	if (!buildUrl) return
	if (config.verification.url !== undefined)
		throw new StartError("app/auth.config.ts: verification.url has no effect beside verification.buildUrl")
	const built = build(buildUrl)
	if (!isFrontEnd(built) && !built.startsWith(`${env.appUrl}/`))
		throw new StartError(`app/auth.events.server.ts: what verification.buildUrl returns ${FRONT_END}`)
}

function build(buildUrl: NonNullable<Verification["buildUrl"]>): string {
	const user_id = "00000000-0000-0000-0000-000000000000"
	try {
		return String(buildUrl({ user_id, timestamp: "1", signature: "A".repeat(43) }))
	} catch {
		throw new StartError("app/auth.events.server.ts: verification.buildUrl fails")
	}
}
