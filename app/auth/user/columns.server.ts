import { config } from "../../auth.config"
import { registration } from "../../auth.events.server"
import { userColumns } from "../../db/client.server"
import { env } from "../../env.server"
import { StartError } from "../../start-error"
import type { User } from "./user.server"

const RESTART_HINT = " (as of the last start: stop `npm run dev` and start it again)"

/** Columns that are the account system's own: neither a field nor a default may set them. */
const systemColumns = [
	"id",
	"username",
	"usernameKey",
	"email",
	"emailKey",
	"ownedEmailKey",
	"passwordHash",
	"emailVerifiedAt",
	"unprovenUntil",
	"resetRequestedAt",
	"pendingEmail",
	"pendingEmailKey",
	"pendingEmailAt",
	"superuser",
	"epoch",
	"createdAt",
	"updatedAt",
	"lastSignedInAt",
] as const satisfies (keyof User)[]

/** By column. */
export type UserDefaults = Partial<Omit<User, (typeof systemColumns)[number]>>

/**
 * @throws {StartError} naming the first field of registration, or default of a new account, that has no column to set
 */
export function checkColumns(): void {
	for (const name of Object.keys(registration.fields))
		checkColumn(name, "app/auth.events.server.ts: registration.fields", ["active"])
	for (const name of Object.keys(config.registration.userDefaults))
		checkColumn(name, "app/auth.config.ts: registration.userDefaults", [])
	const { active = true } = config.registration.userDefaults
	if (typeof active !== "boolean")
		throw new StartError("app/auth.config.ts: registration.userDefaults.active must be true or false")
}

function checkColumn(name: string, setting: string, reserved: string[]): void {
	if (!userColumns.includes(name))
		throw new StartError(
			`${setting}.${name} is no column of User in prisma/schema.prisma${env.production ? "" : RESTART_HINT}`,
		)
	if ([...systemColumns, ...reserved].includes(name))
		throw new StartError(`${setting}.${name} is set by the account system alone`)
}
