import type { z } from "zod"
import { choicesOf, isSecret, metaOf } from "../auth/field"

export type FieldDescription = {
	name: string
	type: "text" | "email" | "password" | "boolean" | "choice"
	required: boolean
	/** What it is called, and its help, as its schema says. */
	label?: string
	hint?: string
	autocomplete?: string
	/** Of a choice. */
	options?: string[]
}

/** By schema: asking zod what is required means letting it fail, which costs more than all the rest of a page. */
const known = new WeakMap<z.ZodObject, FieldDescription[]>()

/** What a program needs to know to fill a form in. */
export function describeFields(schema: z.ZodObject): FieldDescription[] {
	const described = known.get(schema) ?? describe(schema)
	known.set(schema, described)
	return described
}

function describe(schema: z.ZodObject): FieldDescription[] {
	return Object.entries(schema.shape).map(([name, field]: [string, z.ZodType]) => {
		const { title: label, description: hint, autocomplete } = metaOf(field)
		const type = typeOf(name, field)
		const options = type === "choice" ? (choicesOf(field) ?? []) : undefined
		return {
			name,
			type,
			required: !field.safeParse(undefined).success,
			...(label && { label }),
			...(hint && { hint }),
			...(autocomplete && { autocomplete }),
			...(options && { options }),
		}
	})
}

function typeOf(name: string, field: z.ZodType): FieldDescription["type"] {
	if (isSecret(field)) return "password"
	if (name === "email") return "email"
	if (choicesOf(field)) return "choice"
	return field.safeParse(true).success ? "boolean" : "text"
}
