import { useActionData } from "@remix-run/react"
import { type InputHTMLAttributes, type Ref, useEffect, useRef, useState } from "react"

type FieldProps = InputHTMLAttributes<HTMLInputElement> & {
	name: string
	label: string
	hint?: string
	errors?: string[]
	inputRef?: Ref<HTMLInputElement>
}

/** A label, an input, and what is wrong with it, tied together for assistive technology. */
export function Field({ label, hint, errors, inputRef, children, ...input }: FieldProps) {
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
					ref={inputRef}
					required
					aria-invalid={errors ? true : undefined}
					aria-describedby={describedBy || undefined}
					{...input}
				/>
				{children}
			</div>
			{errors && (
				<div className="field-error" id={`${id}-error`}>
					{errors.map((error) => (
						<p key={error}>{error}</p>
					))}
				</div>
			)}
		</div>
	)
}

/** A password that can be looked at while typing. The control appears only where there is a script to do it. */
export function PasswordField(props: FieldProps) {
	const [canToggle, setCanToggle] = useState(false)
	const [visible, setVisible] = useState(false)
	const input = useRef<HTMLInputElement>(null)
	const refused = useActionData()
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
			<input type="checkbox" id={name} name={name} defaultChecked={defaultChecked} />
			<span>{label}</span>
		</label>
	)
}
