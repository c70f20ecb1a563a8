import { z } from "zod"
import { parseMailAddress } from "../mail/address.server"
import { isReadablePassword, passwordFault, personalPasswordFault } from "./password/policy.server"
import { usernameFault } from "./user/username"

/** What each form may contain, for the form door and the JSON door alike. */

const MAX_IDENTIFIER_LENGTH = 254

/** Text that has to be there. What else is asked of it brings sentences of its own. */
function text(missing: string) {
	return z.string({
		error: ({ code, input }) => {
			if (code !== "invalid_type") return undefined
			return input === undefined ? missing : "Send this as text."
		},
	})
}

/** Refuses with the sentence that `fault` finds. */
function without<T extends z.ZodType<string>>(schema: T, fault: (value: string) => string | null) {
	return schema.superRefine((value, context) => {
		const message = fault(value)
		if (message) context.addIssue({ code: "custom", message })
	})
}

const username = without(
	text("Enter a user name.").trim().min(1, { error: "Enter a user name.", abort: true }),
	usernameFault,
)

const email = text("Enter your e-mail address.")
	.min(1, { error: "Enter your e-mail address.", abort: true })
	.transform((value, context) => {
		const address = parseMailAddress(value)
		if (address) return address
		context.addIssue("Enter one e-mail address, such as ada@example.org.")
		return z.NEVER
	})

/** A password that exists already: only what no password can be is refused. */
const currentPassword = without(
	text("Enter your password.").min(1, { error: "Enter your password.", abort: true }),
	(value) =>
		isReadablePassword(value)
			? null
			: "This cannot be a password here: it is too long, or holds characters that cannot be typed.",
)

export const registerSchema = z
	.object({
		username,
		email,
		password: without(
			text("Choose a password.").min(1, { error: "Choose a password.", abort: true }),
			passwordFault,
		),
		confirm_password: text("Repeat the password.").min(1, "Repeat the password."),
	})
	.superRefine(({ password, confirm_password, username, email }, context) => {
		const fault = personalPasswordFault(password, { username, email: email.address })
		if (fault) context.addIssue({ code: "custom", path: ["password"], message: fault })
		else if (password.normalize("NFC") !== confirm_password.normalize("NFC"))
			context.addIssue({ code: "custom", path: ["confirm_password"], message: "The two passwords differ." })
	})

export const loginSchema = z.object({
	username: text("Enter your user name or e-mail address.")
		.trim()
		.min(1, { error: "Enter your user name or e-mail address.", abort: true })
		.max(MAX_IDENTIFIER_LENGTH, "This is longer than any user name or e-mail address here."),
	password: currentPassword,
	/** A checkbox, or JSON true. */
	remember: z
		.union([z.boolean(), z.enum(["on", "true", "1", "off", "false", "0", ""])], {
			error: "Send true or false.",
		})
		.default(false)
		.transform((value) => value === true || value === "on" || value === "true" || value === "1"),
})

export const resendSchema = z.object({ email })

export const logoutSchema = z.object({})

/** Only read here; `auth/link.server.ts` decides, and says no more than that a link is not valid. */
export const verifySchema = z.object({
	user_id: z.unknown().optional(),
	timestamp: z.unknown().optional(),
	signature: z.unknown().optional(),
})
