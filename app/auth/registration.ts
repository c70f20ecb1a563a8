import type { z } from "zod"
import type { User } from "./user/user.server"

/** What a fork may say of registration in code, in `auth.events.server.ts`. See `docs/fields.md`. */
export type Registration = {
	/**
	 * What is asked for besides user name, address and password; each has a column of its name. `.meta({ title,
	 * description, autocomplete, secret })` describes it, on pages and in the API's description.
	 */
	fields: Record<string, z.ZodType>
	/** What programs are told of an account, instead of what they are told without it. `user` is the whole row. */
	output?: (user: User) => Record<string, unknown>
}
