import type { FormEvent, InputHTMLAttributes, ReactNode } from "react"
import { useFault } from "./fault"
import { useFormScope } from "./form"
import { Words } from "./words"

export type FieldProps = InputHTMLAttributes<HTMLInputElement> & {
	name: string
	label: string
	hint?: string
	/** Stands on the label's line, but comes after the input for keyboard users. */
	aside?: ReactNode
	/** Stands below, in the room between fields: one short line. */
	note?: ReactNode
	/**
	 * Sentences about what was typed, before the form is sent; for a field that is asked about, none are an empty list.
	 */
	found?: string[]
}

/** For what is no word of a language: names and addresses are typed letter by letter. */
export const verbatim = { autoCapitalize: "none", autoCorrect: "off", spellCheck: false } as const

/** A label, an input, and what is wrong with it, tied together for assistive technology. */
export function Field({ label, hint, aside, note, found, children, onInput, ...input }: FieldProps) {
	const { id: formId, refused } = useFormScope()
	const id = `${formId}-${input.name}`
	const { errors: refusal, onInput: onCorrection, ...fault } = useFault<HTMLInputElement>(input.name)
	const errors = refusal ?? (found?.length ? found : undefined)
	const describedBy = [hint && `${id}-hint`, errors && `${id}-error`].filter(Boolean).join(" ")
	const told = <FieldErrors id={`${id}-error`} errors={errors} />
	return (
		<div className="field">
			<label htmlFor={id}>{label}</label>
			{hint && (
				<p className="hint" id={`${id}-hint`}>
					<Words>{hint}</Words>
				</p>
			)}
			<div className="control">
				<input
					id={id}
					required
					defaultValue={refused?.typed[input.name]}
					aria-invalid={errors ? true : undefined}
					aria-describedby={describedBy || undefined}
					enterKeyHint="next"
					{...(input.type === "email" && { ...verbatim, inputMode: "email" })}
					{...input}
					{...fault}
					onInput={(event: FormEvent<HTMLInputElement>) => {
						onCorrection()
						onInput?.(event)
					}}
					// biome-ignore lint/a11y/noAutofocus: the only fault is where reading goes on; pages say why for other fields
					autoFocus={fault.autoFocus || input.autoFocus}
				/>
				{children}
			</div>
			{/* A refusal leads to its field by itself; anyone who has gone on already is told here. */}
			{found ? <div aria-live={refusal ? "off" : "polite"}>{told}</div> : told}
			{aside && <div className="field-aside">{aside}</div>}
			{note}
		</div>
	)
}

/**
 * Tells password managers whose password it is; people see it elsewhere on the page. Not shown, and not `type=hidden`,
 * as chromium.org/developers/design-documents/form-styles-that-chromium-understands advises.
 */
export function HiddenUsername({ value }: { value: string | undefined }) {
	if (!value) return null
	return <input type="text" name="username" autoComplete="username" value={value} readOnly hidden />
}

export function Checkbox({ name, label }: { name: string; label: string }) {
	const { id: formId, refused } = useFormScope()
	const id = `${formId}-${name}`
	const { errors, ...fault } = useFault<HTMLInputElement>(name)
	return (
		<div className="field">
			<label className="checkbox">
				<input
					{...fault}
					type="checkbox"
					id={id}
					name={name}
					aria-invalid={errors ? true : undefined}
					aria-describedby={errors ? `${id}-error` : undefined}
					defaultChecked={refused?.typed[name] === "on"}
				/>
				<span>{label}</span>
			</label>
			<FieldErrors id={`${id}-error`} errors={errors} />
		</div>
	)
}

export function FieldErrors({ id, errors }: { id: string; errors: string[] | undefined }) {
	if (!errors) return null
	return (
		<div className="field-error" id={id}>
			{errors.map((error) => (
				<p key={error}>
					<Words>{error}</Words>
				</p>
			))}
		</div>
	)
}
