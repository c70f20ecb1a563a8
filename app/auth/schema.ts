import { z } from "zod"
import { config } from "../auth.config"
import { registration } from "../auth.events.server"
import { parseMailAddress } from "../mail/address.server"
import type { Fault, FaultCode } from "./fault"
import { checkbox, orUnchanged, text } from "./field"
import {
	currentPasswordFault,
	isSamePassword,
	passwordFault,
	personalPasswordFault,
} from "./password/policy.server"
import { USERNAME, usernameFault } from "./user/username"

/**
 * What each form may contain, for forms and JSON alike. A message is a fault's code; `text/en.ts` has the sentences.
 */

const MAX_IDENTIFIER_LENGTH = 254

/** A user name or a mail address. */
const identifier = text("identifier_missing")
	.trim()
	.min(1, { error: "identifier_missing", abort: true })
	.max(MAX_IDENTIFIER_LENGTH, "identifier_too_long")
	.meta({ about: "A user name or an e-mail address.", examples: ["ada"] })

export const username = text("username_missing")
	.trim()
	.min(1, { error: "username_missing", abort: true })
	.superRefine(without(usernameFault))
	.meta({
		minLength: config.username.minLength,
		maxLength: config.username.maxLength,
		pattern: USERNAME.source,
		examples: ["ada"],
	})

export const email = text("email_missing")
	.meta({ format: "email", maxLength: MAX_IDENTIFIER_LENGTH, examples: ["ada@example.org"] })
	.transform((value, context) => {
		const address = parseMailAddress(value)
		if (address) return address
		context.addIssue("email_malformed")
		return z.NEVER
	})

/** A password that exists already: only what no password can be is refused. @param missing its code where it is empty */
const knownPassword = (missing: FaultCode) =>
	text(missing).superRefine(without(currentPasswordFault)).meta({ secret: true })

const newPassword = text("new_password_missing").superRefine(without(passwordFault)).meta({
	secret: true,
	minLength: config.password.minCodePoints,
	maxLength: config.password.maxCodePoints,
	about: "Not a common one, and without the user name or the name in the address.",
})

const repeatedPassword = text("confirm_password_missing").meta({
	secret: true,
	aliases: ["password_confirm"],
	about: "The password again.",
})

/** Without `registration.passwordConfirm` there is no such field; the type only says that it may be missing. */
const confirmation = (config.registration.passwordConfirm
	? { confirm_password: repeatedPassword }
	: {}) as unknown as {
	confirm_password: z.ZodOptional<typeof repeatedPassword>
}

export const registerSchema = z
	.object({
		username,
		email,
		password: newPassword,
		...confirmation,
		...registration.fields,
	})
	.superRefine((input, context) => {
		const { password, username, email, confirm_password = password } = input
		refuseNul(input, context)
		const fault = personalPasswordFault(password, { username, email: email.address })
		if (fault) addFault(context, fault, "password")
		else refuseDifferent({ password, confirm_password }, context)
	})

/** What is filled in so far. */
export const registrationCheckSchema = z.object({
	username: z.string("not_text").max(MAX_IDENTIFIER_LENGTH, "identifier_too_long").default(""),
	email: z.string("not_text").max(MAX_IDENTIFIER_LENGTH, "identifier_too_long").default(""),
	password: z.string("not_text").default("").meta({ secret: true }),
})

/** What people may change at once in their own account: what they registered with, except address and password. */
export const profileSchema = z
	.object(
		mapValues({ username, ...registration.fields }, orUnchanged) as Sent<
			{ username: typeof username } & typeof registration.fields
		>,
	)
	.superRefine(refuseNul)

export const loginSchema = z.object({
	username: identifier.meta({ aliases: ["login", "email"] }),
	password: knownPassword("password_missing"),
	remember: checkbox,
})

export const resendSchema = z.object({ email })

/** A page that was shown for the account's password sends its mark along, see `http/registration-cookie.server.ts`. */
export const resendFormSchema = resendSchema.extend({ registration: z.string().default("").catch("") })

export const logoutSchema = z.object({})

/** Of a mailed link. Only read here; `auth/link.server.ts` decides, and says no more than that a link is not valid. */
const linkField = (about: string) => z.unknown().optional().meta({ type: "string", required: true, about })

const linkFields = {
	user_id: linkField("From the mailed link."),
	timestamp: linkField("From the mailed link: when it was made, in Unix seconds."),
	signature: linkField("From the mailed link."),
}

export const verifySchema = z.object({
	...linkFields,
	/** Where the browser is not the one that registered. */
	password: knownPassword("password_missing").optional().meta({
		secret: true,
		about: "The account's password, where `GET` says `needs_password`.",
	}),
	intent: z
		.enum(["confirm", "not_me"])
		.default("confirm")
		.catch("confirm")
		.meta({ about: "`not_me` removes the account that someone else registered with this address." }),
	sure: checkbox,
})

export const forgotPasswordSchema = z.object({ email: identifier })

export const resetPasswordSchema = z
	.object({ ...linkFields, password: newPassword, confirm_password: repeatedPassword })
	.superRefine(refuseDifferent)

export const passwordChangeSchema = z
	.object({
		current_password: knownPassword("current_password_missing"),
		password: newPassword,
		confirm_password: repeatedPassword,
	})
	.superRefine(refuseDifferent)

export const emailChangeSchema = z.object({
	email,
	current_password: knownPassword("current_password_missing"),
})

export const emailCancelSchema = z.object({})

/** What `GET` looks at. */
export const linkSchema = z.object(linkFields)

export const emailConfirmSchema = z.object({
	...linkFields,
	/** Of the form that somebody else's browser gets: scanners press buttons, and tick nothing. */
	intent: z
		.enum(["confirm_elsewhere"])
		.optional()
		.catch(undefined)
		.meta({ about: "What a browser sends that isn't signed in to the account, together with `sure`." }),
	sure: checkbox,
})

/** Without a word, it stays as it is. A select's choice, or JSON. */
const flag = z
	.union([z.boolean(), z.enum(["true", "false", ""])], { error: "not_boolean" })
	.transform((value) => (value === "" ? undefined : value === true || value === "true"))
	.optional()

/** What a superuser may do with an account; all else that is sent is left alone. */
export const userChangeSchema = z.object({
	username: username.optional(),
	email: email.optional(),
	active: flag,
	superuser: flag,
	verified: flag,
	/** Of a form. */
	intent: z.enum(["update", "delete"], { error: "intent_unknown" }).default("update"),
	sure: checkbox,
})

type Sent<Shape extends z.ZodRawShape> = { [Name in keyof Shape]: z.ZodOptional<Shape[Name]> }

function mapValues(
	shape: Record<string, z.ZodType>,
	change: (field: z.ZodType) => z.ZodType,
): Record<string, z.ZodType> {
	return Object.fromEntries(Object.entries(shape).map(([name, field]) => [name, change(field)]))
}

type Refinement = z.core.$RefinementCtx<unknown>

/** Of a fork's fields, whose own rules may not think of it: PostgreSQL cannot store it. */
export function refuseNul(input: object, context: Refinement): void {
	for (const [name, value] of Object.entries(input))
		if (Object.hasOwn(registration.fields, name) && typeof value === "string" && value.includes("\0"))
			addFault(context, { code: "not_text" }, name)
}

function refuseDifferent(
	{ password, confirm_password }: { password: string; confirm_password: string },
	context: Refinement,
): void {
	if (!isSamePassword(password, confirm_password))
		addFault(context, { code: "confirm_password_differs" }, "confirm_password")
}

/** Refuses with what `fault` finds. */
function without(fault: (value: string) => Fault | null) {
	return (value: string, context: Refinement) => {
		const found = fault(value)
		if (found) addFault(context, found)
	}
}

function addFault(context: Refinement, fault: Fault, ...path: string[]): void {
	context.addIssue({ code: "custom", message: fault.code, params: { fault }, path })
}
