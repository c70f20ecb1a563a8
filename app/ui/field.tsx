import { type InputHTMLAttributes, type Ref, useEffect, useRef, useState } from "react"
import { useFormScope } from "./form"

type FieldProps = InputHTMLAttributes<HTMLInputElement> & {
	name: string
	label: string
	hint?: string
	inputRef?: Ref<HTMLInputElement>
}

/** A label, an input, and what is wrong with it, tied together for assistive technology. */
export function Field({ label, hint, inputRef, children, ...input }: FieldProps) {
	const { id: formId, refused } = useFormScope()
	const id = `${formId}-${input.name}`
	const errors = refused?.problem.errors?.[input.name]
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
					ref={inputRef}
					required
					defaultValue={refused?.typed[input.name]}
					aria-invalid={errors ? true : undefined}
					aria-describedby={describedBy || undefined}
					{...input}
				/>
				{children}
			</div>
			<FieldErrors id={`${id}-error`} errors={errors} />
		</div>
	)
}

/** A password that can be looked at while typing. The control appears only where there is a script to do it. */
export function PasswordField(props: FieldProps) {
	const [canToggle, setCanToggle] = useState(false)
	const [visible, setVisible] = useState(false)
	const input = useRef<HTMLInputElement>(null)
	const { refused } = useFormScope()
	const refusedBefore = useRef(refused)
	useEffect(() => setCanToggle(true), [])
	// A refused form comes back without its passwords, also where the page was not loaded anew.
	useEffect(() => {
		if (refused === refusedBefore.current) return
		refusedBefore.current = refused
		if (input.current) input.current.value = ""
		setVisible(false)
	}, [refused])
	return (
		<Field
			{...props}
			inputRef={input}
			type={visible ? "text" : "password"}
			autoCapitalize="none"
			autoCorrect="off"
			spellCheck={false}
		>
			{canToggle && (
				<button
					type="button"
					className="toggle"
					aria-label={`${visible ? "Hide" : "Show"} ${props.label.toLowerCase()}`}
					onClick={() => setVisible(!visible)}
				>
					{visible ? "Hide" : "Show"}
				</button>
			)}
		</Field>
	)
}

export function Checkbox({ name, label }: { name: string; label: string }) {
	const { id: formId, refused } = useFormScope()
	const id = `${formId}-${name}`
	const errors = refused?.problem.errors?.[name]
	return (
		<div className="field">
			<label className="checkbox">
				<input
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

function FieldErrors({ id, errors }: { id: string; errors: string[] | undefined }) {
	if (!errors) return null
	return (
		<div className="field-error" id={id}>
			{errors.map((error) => (
				<p key={error}>{error}</p>
			))}
		</div>
	)
}
