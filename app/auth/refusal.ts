/** Every way in which the domain says no. `http/problem.ts` gives each a status and a sentence. */
export type RefusalCode =
	| "credentials_invalid"
	| "not_verified"
	| "link_invalid"
	| "link_expired"
	| "validation_failed"
	| "rate_limited"
	| "overloaded"

export type FieldErrors = Record<string, string[]>

export type Refusal = {
	ok: false
	code: RefusalCode
	/** Sentences per field, with `validation_failed`. */
	errors?: FieldErrors
	/** With `rate_limited` and `overloaded`. */
	retryAfterSeconds?: number
	/** With `rate_limited`: how many tries the window allows. */
	limit?: number
}

export function refusal(code: RefusalCode, details: Omit<Refusal, "ok" | "code"> = {}): Refusal {
	return { ok: false, code, ...details }
}
