import { type FocusEvent, useRef, useState } from "react"

type RegistrationCheck = {
	/** Sentences by field. */
	faults: Record<string, string[]>
	strong_password: boolean
}

/**
 * What the server would say of a user name and a password, see `routes/register-check.ts`.
 *
 * @returns null where it doesn't answer, or was asked too often: then the form says it once it is sent
 */
export async function checkRegistration(
	typed: { username?: string; email?: string; password?: string },
	signal: AbortSignal,
): Promise<RegistrationCheck | null> {
	try {
		const answer = await fetch("/register/check", {
			method: "POST",
			headers: { Accept: "application/json", "Content-Type": "application/json" },
			body: JSON.stringify(typed),
			signal,
		})
		return answer.ok ? await answer.json() : null
	} catch {
		return null
	}
}

/** For a field with a user name: on leaving it, whether that can be had. */
export function useUsernameCheck() {
	const [found, setFound] = useState<string[]>([])
	const asked = useRef<{ username: string; question: AbortController }>()
	const onInput = () => {
		asked.current?.question.abort()
		asked.current = undefined
		setFound([])
	}
	const onBlur = async ({ currentTarget, relatedTarget }: FocusEvent<HTMLInputElement>) => {
		const username = currentTarget.value
		// A sentence that appears would move what is being pressed.
		if (!username.trim() || username === asked.current?.username || relatedTarget?.matches("a, button"))
			return
		const question = new AbortController()
		asked.current = { username, question }
		const answer = await checkRegistration({ username }, question.signal)
		if (!question.signal.aborted) setFound(answer?.faults.username ?? [])
	}
	return { found, onInput, onBlur }
}
