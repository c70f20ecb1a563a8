import type { z } from "zod"

/** What a program needs to know to fill a form in. */
export function describeFields(schema: z.ZodObject) {
	return Object.entries(schema.shape).map(([name, field]) => ({
		name,
		type: name.includes("password") ? "password" : name === "email" ? "email" : "text",
		required: !(field as z.ZodType).safeParse(undefined).success,
	}))
}
