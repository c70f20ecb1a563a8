import { type KeyboardEvent, type ReactNode, useEffect, useState } from "react"
import type { Problem } from "../http/problem"
import { Field, type FieldProps, verbatim } from "./field"
import { useFormScope, useOnRefusal } from "./form"
import { type PasswordLength, usePasswordStrength } from "./password-strength"

declare module "react" {
	interface InputHTMLAttributes<T> {
		/** What a password has to be like, for password managers that make one (developer.apple.com/password-rules). */
		passwordrules?: string
	}
}

/** A password that exists. It can be looked at while typing. */
export function PasswordField(props: FieldProps) {
	const { visible, toggle } = useToggle(props.label)
	return (
		<PasswordInput {...props} visible={visible}>
			{toggle}
		</PasswordInput>
	)
}

type NewPasswordProps = {
	label: string
	/** Of the same once more, where that is asked for. */
	repeatLabel?: string
	/** Unknown where there is no way on anyway. */
	length: PasswordLength | undefined
	/** Whether the server may be asked how strong it is: it is when somebody registers. */
	judged?: boolean
	/** Of the last of the fields, see {@link FieldProps}. */
	enterKeyHint: FieldProps["enterKeyHint"]
}

const UNKNOWN: PasswordLength = { min: 0, max: 0 }

/** A password to choose, and the same once more. One press shows both. */
export function NewPassword({ label, repeatLabel, length, judged, enterKeyHint }: NewPasswordProps) {
	const { visible, toggle } = useToggle(repeatLabel ? `${label}s` : label)
	const { aside, advice, onInput } = usePasswordStrength("password", length ?? UNKNOWN, judged)
	const policy = length && `At least ${length.min} characters. A few unrelated words work well.`
	const shared = {
		visible,
		autoComplete: "new-password",
		passwordrules: length && `minlength: ${length.min};`,
	}
	return (
		<>
			<PasswordInput
				{...shared}
				name="password"
				label={label}
				hint={advice ?? policy}
				aside={aside}
				onInput={onInput}
				enterKeyHint={repeatLabel ? "next" : enterKeyHint}
			>
				{toggle}
			</PasswordInput>
			{repeatLabel && (
				<PasswordInput {...shared} name="confirm_password" label={repeatLabel} enterKeyHint={enterKeyHint} />
			)}
		</>
	)
}

function PasswordInput({ visible, ...props }: FieldProps & { visible: boolean }) {
	const { id, refused } = useFormScope()
	const faults = refused?.problem.errors
	const isEmptied =
		faults !== undefined && !Object.hasOwn(faults, props.name) && props.name !== "confirm_password"
	const { isOn, ...watchCapsLock } = useCapsLock()
	// A page that is loaded anew comes without its passwords. Where it stays, they stay while they are not at fault.
	useOnRefusal(({ problem }) => {
		const field = document.getElementById(`${id}-${props.name}`)
		if (field instanceof HTMLInputElement && isTypedAgain(props.name, problem)) field.value = ""
	})
	return (
		<Field
			{...props}
			{...verbatim}
			{...watchCapsLock}
			type={visible ? "text" : "password"}
			data-password
			note={
				<>
					{isEmptied && (
						<noscript>
							<p className="hint again">Enter it again. We don't keep passwords when a form comes back.</p>
						</noscript>
					)}
					<p className="field-note" aria-live="polite">
						{isOn && "Caps Lock is on."}
					</p>
				</>
			}
		/>
	)
}

/**
 * The control that shows a password appears only where there is a script to do it. @param what it shows, as its label
 * calls it
 */
function useToggle(what: string): { visible: boolean; toggle: ReactNode } {
	const [canToggle, setCanToggle] = useState(false)
	const [visible, setVisible] = useState(false)
	useEffect(() => setCanToggle(true), [])
	useOnRefusal(() => setVisible(false))
	const word = visible ? "Hide" : "Show"
	const toggle = canToggle && (
		<button
			type="button"
			className="toggle"
			aria-label={`${word} ${what.toLowerCase()}`}
			onClick={() => setVisible(!visible)}
		>
			{word}
		</button>
	)
	return { visible, toggle }
}

/** Known from the first key on; nothing is said before. */
function useCapsLock() {
	const [isOn, setIsOn] = useState(false)
	const look = (event: KeyboardEvent) => setIsOn(event.getModifierState("CapsLock"))
	return { isOn, onKeyDown: look, onKeyUp: look, onBlur: () => setIsOn(false) }
}

/** What is at fault, the repetition of that, or a half of signing in: nobody says which is wrong. */
function isTypedAgain(name: string, { code, errors = {} }: Problem): boolean {
	const repeats = name === "confirm_password" && Object.hasOwn(errors, "password")
	return code === "credentials_invalid" || Object.hasOwn(errors, name) || repeats
}
