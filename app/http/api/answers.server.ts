import { z } from "zod"
import { isSecret, metaOf } from "../../auth/field"
import type { Registration } from "../../auth/registration"
import type { PublicUser } from "../../auth/user/user.server"
import { registration } from "../../auth.events.server"
import { en as text } from "../../text/en"
import type { ShownCaptcha } from "../captcha.server"
import type { FieldDescription } from "../form-description.server"
import type { Problem, ProblemCode } from "../problem"
import { kindOf } from "./json-schema.server"

/** What routes answer to programs, for the description of the API. The compiler compares it with what they build. */

const time = z.iso.datetime().meta({ description: "RFC 3339, in UTC." })
const path = z.string().meta({ description: "A path on this site." })

/** As `publicUser` gives it. */
const publicUser = z.object({
	id: z.uuid(),
	username: z.string(),
	email: z.string(),
	verified: z.boolean().meta({ description: "Whether the address was confirmed." }),
	active: z.boolean(),
	superuser: z.boolean(),
	created_at: time,
} satisfies { [Name in keyof PublicUser]: z.ZodType<PublicUser[Name]> })

const { fields: ownFields, output }: Registration = registration
/** What a fork's code tells instead is for the fork to describe. */
const anything = z.looseObject({})
const user = (output ? anything : publicUser.extend(ownOutput())).meta({ id: "User" })
const newUser = output ? user : z.object({ username: z.string(), email: z.string() })

/** A fork's own fields, by what their columns hold; an account from before has none of what may be left out. */
function ownOutput(): z.ZodRawShape {
	const shown = Object.entries(ownFields).filter(([, field]) => !isSecret(field))
	return Object.fromEntries(
		shown.map(([name, field]) => {
			const { title, description } = metaOf(field)
			const kind = kindOf(field)
			const type = kind && field.safeParse(undefined).success ? [kind, "null"] : kind
			return [
				name,
				z
					.unknown()
					.meta({ ...(type && { type }), ...(title && { title }), ...(description && { description }) }),
			]
		}),
	)
}

const codes = Object.keys(text.problems) as [ProblemCode, ...ProblemCode[]]

/** RFC 9457, with a `code` from a closed list. */
export const problemDetails: z.ZodType<Problem> = z.object({
	type: z.literal("about:blank"),
	title: z.string().meta({ description: "The phrase of the status." }),
	status: z.int(),
	detail: z.string().meta({ description: "A sentence for people." }),
	code: z.enum(codes).meta({ description: "What programs tell refusals apart by." }),
	errors: z
		.record(z.string(), z.array(z.string()))
		.optional()
		.meta({ description: "Sentences by field, where the fields are what is wrong." }),
	request_id: z
		.uuid()
		.optional()
		.meta({ description: "Of what nobody expected: as in `X-Request-Id` and in the log." }),
})

export const nothing = z.object({})
export const status = z.object({ status: z.literal("ok") })
export const registrationCheck = z.object({
	faults: z.record(z.string(), z.array(z.string())).meta({ description: "Sentences by field." }),
	strong_password: z.boolean().meta({ description: "Whether it withstands also who has its hash." }),
})
export const ownAccount = z.object({ user })
export const home = z.object({
	user: user.nullable().meta({ description: "Null for who is not signed in." }),
})

const field: z.ZodType<FieldDescription> = z
	.object({
		name: z.string(),
		type: z.enum(["text", "email", "password", "boolean", "choice"]),
		required: z.boolean(),
		label: z.string().optional(),
		hint: z.string().optional(),
		autocomplete: z.string().optional(),
		options: z.array(z.string()).optional().meta({ description: "Of a choice." }),
	})
	.meta({ id: "Field" })
const fields = z.array(field)
const captcha = z
	.object({
		provider: z.string(),
		field: z.string().meta({ description: "Where its token belongs in what is sent." }),
		site_key: z.string().optional(),
		script_url: z.string().optional(),
		api: z.string().optional(),
		action: z.enum(["register", "login", "forgot", "resend"]).optional(),
		html: z.string().optional(),
	} satisfies { [Name in keyof Required<ShownCaptcha>]: z.ZodType<ShownCaptcha[Name]> })
	.nullable()
	.meta({ description: "What shows that a person fills the form in; null where none is asked for." })
const redirectTo = path.nullable().meta({ description: "Where it will lead, if somewhere was asked for." })
const passwordLength = z.int().meta({ description: "In characters (code points)." })
const passwordLengths = { min_password_length: passwordLength, max_password_length: passwordLength }

export const form = z.object({ fields, captcha })
export const resendForm = form.extend({ redirect_to: path.optional() })
export const mailSent = z.object({
	email: z.string().nullable().meta({ description: "As it was typed; null in another browser." }),
	promised: z.boolean().meta({ description: "Whether a mail goes out in any case." }),
	redirect_to: redirectTo,
	inbox: path.nullable().meta({ description: "Where mails are, in development." }),
})
export const registerForm = z.object({
	fields,
	captcha,
	open: z.boolean(),
	redirect_to: redirectTo,
	...passwordLengths,
	verification: z.boolean().meta({ description: "Whether addresses have to be confirmed." }),
})
export const loginForm = z.object({
	fields,
	captcha,
	redirect_to: redirectTo,
	password_reset: z.boolean().meta({ description: "Whether forgotten passwords are replaced by mail." }),
	registration: z.boolean().meta({ description: "Whether people can register." }),
	username: z
		.string()
		.optional()
		.meta({ description: "Of who confirmed an address in this browser just now." }),
})
export const logoutForm = z.object({ signed_in: z.boolean() })

export const registered = z.object({
	user: newUser,
	verification: z.enum(["sent", "not_required"]),
	redirect_to: path,
})
export const signedIn = z.object({ user, expires_at: time, redirect_to: path })
export const token = z.object({
	access_token: z.string(),
	token_type: z.literal("bearer"),
	expires_in: z.int().meta({ description: "In seconds." }),
})
export const verified = z.object({ user, redirect_to: path })

const link = z
	.object({ user_id: z.string(), timestamp: z.string(), signature: z.string() })
	.meta({ description: "To be sent back." })
export const verifyLink = z.object({
	link,
	redirect_to: redirectTo,
	username: z.string(),
	needs_password: z.boolean().meta({ description: "Whether the account's password has to be sent, too." }),
})
export const resetLink = z.object({ link, username: z.string(), ...passwordLengths })
export const emailLink = z.object({ link, email: z.string().meta({ description: "The new one." }) })

export const account = z.object({
	user,
	session: z.object({
		expires_at: time,
		absolute_expires_at: time.meta({ description: "No use of it makes it last longer than this." }),
		backend: z.string(),
	}),
})
export const passwordForm = z.object({ fields, username: z.string(), ...passwordLengths })
export const emailForm = z.object({
	fields,
	email: z.string(),
	pending: z
		.object({ email: z.string(), requested_at: time, expires_at: time })
		.nullable()
		.meta({ description: "The change that waits to be confirmed." }),
})

export const users = z.object({
	users: z.array(user),
	q: z.string(),
	page: z.int(),
	page_size: z.int(),
	total: z.int(),
})

export const inbox = z.array(
	z.object({
		id: z.uuid(),
		kind: z.string(),
		to: z.string(),
		subject: z.string(),
		text: z.string(),
		html: z.string(),
		created_at: time,
		sent_at: time.nullable(),
	}),
)

export const description = z
	.looseObject({ openapi: z.literal("3.1.0") })
	.meta({ description: "This document (OpenAPI 3.1)." })
