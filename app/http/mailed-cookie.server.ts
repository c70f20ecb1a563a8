import { z } from "zod"
import { signedCookie } from "./signed-cookie.server"

/** What "Check your mail" shows: nothing that was looked up, so it is the same for every address. */
const mailed = z.object({
	/** As it was typed. */
	email: z.string(),
	/**
	 * Whether a mail goes out in any case, as after registering; a link that is asked for by an address alone may not be
	 * due.
	 */
	promised: z.boolean(),
	/** Where the link leads on to. */
	redirect_to: z.string().nullable(),
})

/** Stands in for the address in `/verify/sent`, which would stand in logs and histories. */
export const mailedCookie = signedCookie({
	name: "mailed",
	purpose: "cookie/mailed",
	seconds: 60 * 60,
	schema: mailed,
})
