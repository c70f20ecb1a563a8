import { type FormEvent, type ReactNode, useEffect, useState } from "react"
import { useFormScope, useOnRefusal } from "./form"
import { checkRegistration } from "./registration-check"

/** After a pause as long as this the server is asked: for each password that somebody stops at, not for each key. */
const ASK_AFTER_MS = 600
/** Only when typing has stopped is it read out. */
const SPEAK_AFTER_MS = 1000
/** More than a password can have. No such text is counted or sent: a text of marks alone takes seconds to normalise. */
const MAX_LENGTH = 1024

type Verdict = { word: string; advice?: string }

/**
 * How far a new password is: first how much of the length it has, then what the server says of its strength.
 *
 * @param judged whether the server is asked
 * @returns `aside` for the label's line, and `advice` in place of the hint
 */
export function usePasswordStrength(name: string, minLength: number, judged = false) {
	const { id: form } = useFormScope()
	const [typed, setTyped] = useState("")
	const [verdict, setVerdict] = useState<Verdict | null>(null)
	const take = (password: string) => {
		setTyped(password)
		if (!isComplete(password, minLength)) setVerdict(null)
	}
	// The form empties the field of a password that was refused.
	useOnRefusal(() => take(valueIn(form, name)))

	useEffect(() => {
		if (!judged || !isComplete(typed, minLength)) return
		const question = new AbortController()
		const timer = setTimeout(async () => {
			const owner = { username: valueIn(form, "username"), email: valueIn(form, "email") }
			const answer = await checkRegistration({ ...owner, password: typed }, question.signal)
			if (question.signal.aborted) return
			const advice = answer?.faults.password?.[0]
			const strength = answer?.strong_password ? "Strong" : "Good"
			setVerdict(answer && (advice ? { word: "Too easy to guess", advice } : { word: strength }))
		}, ASK_AFTER_MS)
		return () => {
			clearTimeout(timer)
			question.abort()
		}
	}, [judged, typed, minLength, form])

	const { word, advice } = verdict ?? { word: wordFor(typed, minLength) }
	return {
		advice,
		onInput: ({ currentTarget }: FormEvent<HTMLInputElement>) => take(currentTarget.value),
		aside: <Strength word={word} spoken={[word, advice].filter(Boolean).join(". ")} typed={typed} />,
	}
}

function Strength({ word, spoken, typed }: { word: string; spoken: string; typed: string }): ReactNode {
	const [settled, setSettled] = useState("")
	// biome-ignore lint/correctness/useExhaustiveDependencies: each key begins the pause anew
	useEffect(() => {
		const timer = setTimeout(() => setSettled(spoken), SPEAK_AFTER_MS)
		return () => clearTimeout(timer)
	}, [spoken, typed])
	return (
		<>
			<span className="strength" aria-hidden="true">
				{word}
			</span>
			<span className="spoken" aria-live="polite">
				{settled}
			</span>
		</>
	)
}

function wordFor(password: string, minLength: number): string {
	const length = lengthOf(password)
	if (length === 0 || length > MAX_LENGTH) return ""
	return length < minLength ? `${length} of ${minLength} characters` : "Long enough"
}

/** Of a length that the server can say more about. */
function isComplete(password: string, minLength: number): boolean {
	const length = lengthOf(password)
	return length > 0 && length >= minLength && length <= MAX_LENGTH
}

/** As the server counts: in code points after NFC. */
function lengthOf(password: string): number {
	return password.length > MAX_LENGTH ? password.length : [...password.normalize("NFC")].length
}

function valueIn(form: string, name: string): string {
	const field = document.getElementById(`${form}-${name}`)
	return field instanceof HTMLInputElement ? field.value : ""
}
