import { useFault } from "./fault"
import { FieldErrors } from "./field"
import { useFormScope } from "./form"

type SelectProps = {
	name: string
	label: string
	hint?: string
	/** What is chosen at first. */
	value: string
	/** Words by value. */
	options: Record<string, string>
}

/** One of a few. */
export function Select({ name, label, hint, value, options }: SelectProps) {
	const { id: formId, refused } = useFormScope()
	const id = `${formId}-${name}`
	const { errors, ...fault } = useFault<HTMLSelectElement>(name)
	const describedBy = [hint && `${id}-hint`, errors && `${id}-error`].filter(Boolean).join(" ")
	return (
		<div className="field">
			<label htmlFor={id}>{label}</label>
			{hint && (
				<p className="hint" id={`${id}-hint`}>
					{hint}
				</p>
			)}
			<div className="control">
				<select
					{...fault}
					id={id}
					name={name}
					defaultValue={refused?.typed[name] ?? value}
					aria-invalid={errors ? true : undefined}
					aria-describedby={describedBy || undefined}
				>
					{Object.entries(options).map(([choice, words]) => (
						<option key={choice} value={choice}>
							{words}
						</option>
					))}
				</select>
			</div>
			<FieldErrors id={`${id}-error`} errors={errors} />
		</div>
	)
}
