import { z } from "zod"
import { parseMailAddress } from "../mail/address.server"
import type { Fault, FaultCode } from "./fault"
import {
	currentPasswordFault,
	isSamePassword,
	passwordFault,
	personalPasswordFault,
} from "./password/policy.server"
import { usernameFault } from "./user/username"

/** What each form may contain, for forms and JSON alike. A message is a fault's code; `text/en.ts` has the sentences. */

const MAX_IDENTIFIER_LENGTH = 254

declare module "zod" {
	interface GlobalMeta {
		/** Never shown again, logged or described with a default. */
		secret?: boolean
		/** What other systems call it. */
		aliases?: string[]
	}
}

/** Also where the field was made optional, or given a default, after it was called secret. */
export function isSecret(field: z.ZodType): boolean {
	const { innerType, in: input } = field.def as { innerType?: z.ZodType; in?: z.ZodType }
	const inner = innerType ?? input
	return field.meta()?.secret === true || (inner !== undefined && isSecret(inner))
}

/** @public Text that has to be there. @param missing the fault's code, or a sentence of your own */
export function text(missing: FaultCode | (string & {})) {
	const error = ({ code, input }: { code: string; input?: unknown }) =>
		code === "invalid_type" ? (input === undefined ? missing : "not_text") : undefined
	return z.string({ error }).min(1, { error: missing, abort: true })
}

/** A user name or a mail address. */
const identifier = text("identifier_missing")
	.trim()
	.min(1, { error: "identifier_missing", abort: true })
	.max(MAX_IDENTIFIER_LENGTH, "identifier_too_long")

export const username = text("username_missing")
	.trim()
	.min(1, { error: "username_missing", abort: true })
	.superRefine(without(usernameFault))

export const email = text("email_missing").transform((value, context) => {
	const address = parseMailAddress(value)
	if (address) return address
	context.addIssue("email_malformed")
	return z.NEVER
})

/** A password that exists already: only what no password can be is refused. */
const currentPassword = text("password_missing")
	.superRefine(without(currentPasswordFault))
	.meta({ secret: true })

const newPassword = text("new_password_missing").superRefine(without(passwordFault)).meta({ secret: true })

const repeatedPassword = text("confirm_password_missing").meta({
	secret: true,
	aliases: ["password_confirm"],
})

/** A checkbox, or JSON true. */
const checkbox = z
	.union([z.boolean(), z.enum(["on", "true", "1", "off", "false", "0", ""])], { error: "not_boolean" })
	.default(false)
	.transform((value) => value === true || value === "on" || value === "true" || value === "1")

export const registerSchema = z
	.object({
		username,
		email,
		password: newPassword,
		confirm_password: repeatedPassword,
	})
	.superRefine((input, context) => {
		const { password, username, email } = input
		const fault = personalPasswordFault(password, { username, email: email.address })
		if (fault) addFault(context, fault, "password")
		else refuseDifferent(input, context)
	})

const {
	email: _email,
	password: _password,
	confirm_password: _repeated,
	...profileFields
} = registerSchema.shape

/** What people may change of their own account at once: what they registered with, but address and password. */
export const profileSchema = z.object(profileFields).partial()

export const loginSchema = z.object({
	username: identifier.meta({ aliases: ["login", "email"] }),
	password: currentPassword,
	remember: checkbox,
})

export const resendSchema = z.object({ email })

export const logoutSchema = z.object({})

/** The fields of a mailed link. Only read here; `auth/link.server.ts` decides, and says no more than that a link is not valid. */
const linkFields = {
	user_id: z.unknown().optional(),
	timestamp: z.unknown().optional(),
	signature: z.unknown().optional(),
}

export const verifySchema = z.object({
	...linkFields,
	/** Where the browser is another than the one that registered. */
	password: currentPassword.optional().meta({ secret: true }),
	intent: z.enum(["confirm", "not_me"]).default("confirm").catch("confirm"),
	sure: checkbox,
})

export const forgotPasswordSchema = z.object({ email: identifier })

export const resetPasswordSchema = z
	.object({ ...linkFields, password: newPassword, confirm_password: repeatedPassword })
	.superRefine(refuseDifferent)

export const passwordChangeSchema = z
	.object({ current_password: currentPassword, password: newPassword, confirm_password: repeatedPassword })
	.superRefine(refuseDifferent)

export const emailChangeSchema = z.object({ email, current_password: currentPassword })

export const emailConfirmSchema = z.object(linkFields)

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

type Refinement = z.core.$RefinementCtx<unknown>

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
