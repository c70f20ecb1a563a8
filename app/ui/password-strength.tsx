import { type FormEvent, type ReactNode, useEffect, useState } from "react"
import { en as text } from "../text/en"
import { useAnnouncement } from "./announcer"
import { useFormScope, useOnRefusal } from "./form"
import { checkRegistration } from "./registration-check"

/** After a pause as long as this the server is asked: for each password that somebody stops at, not for each key. */
const ASK_AFTER_MS = 600
/** Only when typing has stopped is it read out. */
const SPEAK_AFTER_MS = 1000
/** Of a code point. Longer text is neither counted nor sent: a text of marks alone takes seconds to normalise. */
const MAX_BYTES = 4

/** In code points, as the server has them; nothing is told of a length where `max` is 0. */
export type PasswordLength = { min: number; max: number }

type Verdict = { word: string; advice?: string }

/**
 * How far a new password is: first how much of the length it has, then what the server says of its strength.
 *
 * @param judged whether the server is asked
 * @returns `aside` for the label's line, and `advice` in place of the hint
 */
export function usePasswordStrength(name: string, length: PasswordLength, judged = false) {
	const { min, max } = length
	const { id: form } = useFormScope()
	const [typed, setTyped] = useState("")
	const [verdict, setVerdict] = useState<Verdict | null>(null)
	const take = (password: string) => {
		setTyped(password)
		if (!isComplete(password, { min, max })) setVerdict(null)
	}
	// The form empties the field of a password that was refused.
	useOnRefusal(() => take(valueIn(form, name)))

	useEffect(() => {
		if (!judged || !isComplete(typed, { min, max })) return
		const question = new AbortController()
		const timer = setTimeout(async () => {
			const owner = { username: valueIn(form, "username"), email: valueIn(form, "email") }
			const answer = await checkRegistration({ ...owner, password: typed }, question.signal)
			if (question.signal.aborted) return
			const advice = answer?.faults.password?.[0]
			const strength = answer?.strong_password ? "Strong" : "Good"
			const isTypable = advice !== text.faults.new_password_unreadable
			const weakness = isTypable ? "Too easy to guess" : "Not usable"
			setVerdict(answer && (advice ? { word: weakness, advice } : { word: strength }))
		}, ASK_AFTER_MS)
		return () => {
			clearTimeout(timer)
			question.abort()
		}
	}, [judged, typed, min, max, form])

	const { word, advice } = verdict ?? verdictOnLength(typed, { min, max })
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
	useAnnouncement(settled || null)
	return (
		<span className="strength" aria-hidden="true">
			{word}
		</span>
	)
}

function verdictOnLength(password: string, { min, max }: PasswordLength): Verdict {
	const length = lengthOf(password, max)
	if (length === 0 || max === 0) return { word: "" }
	if (length > max)
		return {
			word: "Too long",
			advice: text.faults.password_too_long({ code: "password_too_long", maxCodePoints: max }),
		}
	return { word: length < min ? `${length} of ${min} characters` : "Long enough" }
}

/** Of a length that the server can say more about. */
function isComplete(password: string, { min, max }: PasswordLength): boolean {
	const length = lengthOf(password, max)
	return length > 0 && length >= min && length <= max
}

/** As the server counts: in code points after NFC, and no more bytes than as many of them may have. */
function lengthOf(password: string, max: number): number {
	const isReadable = password.length <= max * MAX_BYTES && new Blob([password]).size <= max * MAX_BYTES
	return isReadable ? [...password.normalize("NFC")].length : Number.POSITIVE_INFINITY
}

function valueIn(form: string, name: string): string {
	const field = document.getElementById(`${form}-${name}`)
	return field instanceof HTMLInputElement ? field.value : ""
}
