import type { FieldDescription } from "../http/form-description.server"
import { Checkbox, Field, type FieldProps, verbatim } from "./field"
import { useFormScope } from "./form"
import { PasswordField } from "./password-field"
import { Select } from "./select"

/**
 * A field as its schema describes it, for those that a fork adds.
 *
 * @param value what it is now; without one, the form is a new one
 */
export function DescribedField({
	field,
	value,
	enterKeyHint,
}: {
	field: FieldDescription
	value?: string
	enterKeyHint: FieldProps["enterKeyHint"]
}) {
	const { name, type, required, hint, autocomplete, options = [] } = field
	const { refused } = useFormScope()
	const label = labelOf(field)
	if (type === "boolean" && value === undefined) return <Checkbox name={name} label={label} />
	if (type === "boolean" || type === "choice") {
		// A box that is not ticked sends nothing, which would leave it as it is.
		const words = type === "boolean" ? { true: "Yes", false: "No" } : wordsOf(options)
		return <Select name={name} label={label} hint={hint} value={value ?? options[0] ?? ""} options={words} />
	}
	const Input = type === "password" ? PasswordField : Field
	return (
		<Input
			name={name}
			type={type}
			label={label}
			hint={hint}
			required={required || name === "username"}
			defaultValue={refused?.typed[name] ?? value}
			autoComplete={autocomplete}
			enterKeyHint={enterKeyHint}
			{...(autocomplete === "username" && verbatim)}
		/>
	)
}

/**
 * What the key of a screen keyboard says at one of `fields`. @param last what it says at the last that is typed into
 */
export function keyHintAt(
	index: number,
	fields: FieldDescription[],
	last: FieldProps["enterKeyHint"],
): FieldProps["enterKeyHint"] {
	const isTyped = ({ type }: FieldDescription) => type !== "boolean" && type !== "choice"
	return fields.slice(index + 1).some(isTyped) ? "next" : last
}

/** For {@link Form}, whose errors name the fields. */
export function labelsOf(fields: FieldDescription[]): Record<string, string> {
	return Object.fromEntries(fields.map((field) => [field.name, labelOf(field)]))
}

function labelOf({ name, label }: FieldDescription): string {
	return label ?? sentenceCase(name)
}

function wordsOf(options: string[]): Record<string, string> {
	return Object.fromEntries(options.map((option) => [option, sentenceCase(option)]))
}

/** `display_name` as "Display name". */
function sentenceCase(name: string): string {
	const words = name.replaceAll("_", " ")
	return words.charAt(0).toUpperCase() + words.slice(1)
}
