import type { z } from "zod"
import { isSecret } from "../auth/schema"

export type FieldDescription = {
	name: string
	type: "text" | "email" | "password" | "boolean"
	required: boolean
}

/** By schema: asking zod what is required means to let it fail, which costs more than all the rest of a page. */
const known = new WeakMap<z.ZodObject, FieldDescription[]>()

/** What a program needs to know to fill a form in. */
export function describeFields(schema: z.ZodObject): FieldDescription[] {
	const described = known.get(schema) ?? describe(schema)
	known.set(schema, described)
	return described
}

function describe(schema: z.ZodObject): FieldDescription[] {
	return Object.entries(schema.shape).map(([name, field]: [string, z.ZodType]) => ({
		name,
		type: typeOf(name, field),
		required: !field.safeParse(undefined).success,
	}))
}

function typeOf(name: string, field: z.ZodType): FieldDescription["type"] {
	if (isSecret(field)) return "password"
	if (name === "email") return "email"
	return field.safeParse(true).success ? "boolean" : "text"
}
