import { z } from "zod"

/** As in the document: what it says of one value. */
export type JsonSchema = {
	[keyword: string]: unknown
	type?: string
	description?: string
	properties?: Record<string, JsonSchema>
	required?: string[]
}

/**
 * What may be sent, as JSON Schema. Refinements have none: what they ask for is repeated in a field's `meta`, and
 * `e2e/wire/openapi.test.ts` tests whether it is true.
 */
export function describeInput(schema: z.ZodObject): JsonSchema {
	const described = describe(schema, "input")
	const fields = Object.entries(schema.shape) as [string, z.ZodType][]
	const named = fields.filter(([, field]) => field.meta()?.required).map(([name]) => name)
	const required = [...(described.required ?? []), ...named]
	return required.length > 0 ? { ...described, required } : described
}

/** The kind of value that a field becomes, where JSON Schema has a word for it. */
export function kindOf(field: z.ZodType): string | undefined {
	return describe(field, "output").type
}

/**
 * What is answered, as JSON Schema: this and nothing else.
 *
 * @returns with it, the parts that have a name of their own, which it refers to as components
 */
export function describeOutput(schema: z.ZodType): {
	schema: JsonSchema
	definitions: Record<string, JsonSchema>
} {
	const { $defs: definitions = {}, ...described } = describe(schema, "output")
	return { schema: described, definitions: definitions as Record<string, JsonSchema> }
}

function describe(schema: z.ZodType, io: "input" | "output"): JsonSchema {
	const { $schema: _, ...described } = z.toJSONSchema(schema, {
		io,
		// A field of a fork's own that JSON Schema has no words for is described as anything.
		unrepresentable: "any",
		override: ({ jsonSchema }) => settle(jsonSchema as JsonSchema),
	})
	const text = JSON.stringify(described).replaceAll('"#/$defs/', '"#/components/schemas/')
	return JSON.parse(text)
}

/** Our own words become the document's. Zod calls it several times for one field. */
function settle(schema: JsonSchema): void {
	// Patterns of some hundred characters, which say no more than the format does.
	if (schema.format !== undefined) delete schema.pattern
	if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum
	if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum
	if (schema.secret) Object.assign(schema, { format: "password", writeOnly: true })
	if (schema.aliases) schema["x-aliases"] = schema.aliases
	if (schema.about) schema.description ??= schema.about as string
	for (const word of ["secret", "aliases", "about", "autocomplete", "id"]) delete schema[word]
	// Told by the object, see `describeInput`.
	if (schema.required === (true as unknown)) delete schema.required
}
