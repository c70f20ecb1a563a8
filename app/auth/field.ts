import { z } from "zod"
import type { FaultCode } from "./fault"

/** The kinds of fields that forms are made of, including those that a fork adds. */

declare module "zod" {
	interface GlobalMeta {
		/** Never shown again, logged or described with a default. */
		secret?: boolean
		/** What other systems call it. */
		aliases?: string[]
		/** Described as required, although its absence is no fault of a field. */
		required?: boolean
		/** What its name does not say, for the API's description alone; a `description` is also a hint on pages. */
		about?: string
		/** What a browser may fill it in with (HTML, 4.10.18.7), such as `name` or `tel`. */
		autocomplete?: string
	}
}

/** What is said of a field, even where it was made optional, or given a default, afterwards. */
export function metaOf(field: z.ZodType): z.GlobalMeta {
	const inner = innerOf(field)
	return { ...(inner && metaOf(inner)), ...field.meta() }
}

export function isSecret(field: z.ZodType): boolean {
	return metaOf(field).secret === true
}

/** What may be chosen; null for what is no choice. */
export function choicesOf(field: z.ZodType): string[] | null {
	if (field instanceof z.ZodEnum) return field.options.map(String)
	const inner = innerOf(field)
	return inner ? choicesOf(inner) : null
}

/** Text that has to be there. @param missing the fault's code, or a sentence of your own */
export function text(missing: FaultCode | (string & {})) {
	const error = ({ code, input }: { code: string; input?: unknown }) =>
		code === "invalid_type" ? (input === undefined ? missing : "not_text") : undefined
	return z.string({ error }).min(1, { error: missing, abort: true })
}

/** A checkbox, or JSON true. */
export const checkbox = z
	.union([z.boolean(), z.enum(["on", "true", "1", "off", "false", "0", ""])], { error: "not_boolean" })
	.default(false)
	.transform((value) => value === true || value === "on" || value === "true" || value === "1")
	.meta({ about: "Forms send `on`." })

/** The same field for a form that leaves anything not sent as it is: without its default. */
export function orUnchanged<Field extends z.ZodType>(field: Field): z.ZodOptional<Field> {
	return withoutDefault(field).optional() as z.ZodOptional<Field>
}

function withoutDefault(field: z.ZodType): z.ZodType {
	if (field instanceof z.ZodDefault || field instanceof z.ZodPrefault || field instanceof z.ZodOptional)
		return withoutDefault(field.unwrap() as z.ZodType).meta(metaOf(field))
	if (field instanceof z.ZodPipe)
		return z.pipe(withoutDefault(field.in as z.ZodType), field.out as z.ZodType).meta(metaOf(field))
	return field
}

function innerOf(field: z.ZodType): z.ZodType | undefined {
	const { innerType, in: input } = field.def as { innerType?: z.ZodType; in?: z.ZodType }
	return innerType ?? input
}
