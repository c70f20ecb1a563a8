import { type InputHTMLAttributes, useEffect, useState } from "react"

type FieldProps = InputHTMLAttributes<HTMLInputElement> & {
	name: string
	label: string
	hint?: string
	errors?: string[]
}

/** A label, an input, and what is wrong with it, tied together for assistive technology. */
export function Field({ label, hint, errors, children, ...input }: FieldProps) {
	const id = input.name
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
				<input
					id={id}
					required
					aria-invalid={errors ? true : undefined}
					aria-describedby={describedBy || undefined}
					{...input}
				/>
				{children}
			</div>
			{errors?.map((error) => (
				<p className="field-error" id={`${id}-error`} key={error}>
					{error}
				</p>
			))}
		</div>
	)
}

/** A password that can be looked at while typing. The control appears only where there is a script to do it. */
export function PasswordField(props: FieldProps) {
	const [canToggle, setCanToggle] = useState(false)
	const [visible, setVisible] = useState(false)
	useEffect(() => setCanToggle(true), [])
	return (
		<Field
			{...props}
			type={visible ? "text" : "password"}
			autoCapitalize="none"
			autoCorrect="off"
			spellCheck={false}
		>
			{canToggle && (
				<button
					type="button"
					className="toggle"
					aria-pressed={visible}
					aria-label={`Show ${props.label.toLowerCase()}`}
					onClick={() => setVisible(!visible)}
				>
					{visible ? "Hide" : "Show"}
				</button>
			)}
		</Field>
	)
}

export function Checkbox({
	name,
	label,
	defaultChecked,
}: {
	name: string
	label: string
	defaultChecked?: boolean
}) {
	return (
		<label className="checkbox">
			<input type="checkbox" name={name} defaultChecked={defaultChecked} />
			<span>{label}</span>
		</label>
	)
}
