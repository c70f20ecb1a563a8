import { type InputHTMLAttributes, type ReactNode, useEffect, useState } from "react"
import type { Problem } from "../http/problem"
import { useFault } from "./fault"
import { useFormScope, useOnRefusal } from "./form"

type FieldProps = InputHTMLAttributes<HTMLInputElement> & {
	name: string
	label: string
	hint?: string
	/** Stands on the label's line, but comes after the input for who goes by keyboard. */
	aside?: ReactNode
}

/** A label, an input, and what is wrong with it, tied together for assistive technology. */
export function Field({ label, hint, aside, children, ...input }: FieldProps) {
	const { id: formId, refused } = useFormScope()
	const id = `${formId}-${input.name}`
	const { errors, ...fault } = useFault<HTMLInputElement>(input.name)
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
					defaultValue={refused?.typed[input.name]}
					aria-invalid={errors ? true : undefined}
					aria-describedby={describedBy || undefined}
					{...input}
					{...fault}
					// biome-ignore lint/a11y/noAutofocus: the only fault is where reading goes on; pages say why for other fields
					autoFocus={fault.autoFocus || input.autoFocus}
				/>
				{children}
			</div>
			{aside && <div className="field-aside">{aside}</div>}
			<FieldErrors id={`${id}-error`} errors={errors} />
		</div>
	)
}

/** A password that can be looked at while typing. The control appears only where there is a script to do it. */
export function PasswordField(props: FieldProps) {
	const [canToggle, setCanToggle] = useState(false)
	const [visible, setVisible] = useState(false)
	const { id } = useFormScope()
	useEffect(() => setCanToggle(true), [])
	// A page that is loaded anew comes without its passwords. Where it stays, they stay while they are not at fault.
	useOnRefusal(({ problem }) => {
		setVisible(false)
		const field = document.getElementById(`${id}-${props.name}`)
		if (field instanceof HTMLInputElement && isAboutPasswords(problem, field.form)) field.value = ""
	})
	return (
		<Field
			{...props}
			type={visible ? "text" : "password"}
			data-password
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

/** One of the form's passwords, or the two halves of signing in, of which nobody says which is wrong. */
function isAboutPasswords({ code, errors = {} }: Problem, form: HTMLFormElement | null): boolean {
	const passwords = form?.querySelectorAll<HTMLInputElement>("input[data-password]") ?? []
	return code === "credentials_invalid" || [...passwords].some(({ name }) => Object.hasOwn(errors, name))
}

/** Tells password managers whose password it is; people see it elsewhere on the page. */
export function HiddenUsername({ value }: { value: string | undefined }) {
	return <input type="text" name="username" autoComplete="username" value={value ?? ""} readOnly hidden />
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
				<p key={error}>{error}</p>
			))}
		</div>
	)
}
