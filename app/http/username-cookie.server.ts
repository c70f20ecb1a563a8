import { z } from "zod"
import { signedCookie } from "./signed-cookie.server"

/** Who has just confirmed an address or chosen a password, so that the sign-in page asks for the password only. */
export const usernameCookie = signedCookie({
	name: "username",
	purpose: "cookie/username",
	seconds: 10 * 60,
	schema: z.string(),
})
