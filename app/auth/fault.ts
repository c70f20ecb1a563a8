/** What can be wrong with a field, and what a sentence about it needs to know. The sentences are in `text/en.ts`. */
type FaultParameters = {
	username_missing: unknown
	username_length: { minLength: number; maxLength: number }
	username_characters: unknown
	username_taken: unknown
	email_missing: unknown
	email_malformed: unknown
	email_taken: unknown
	current_password_wrong: unknown
	email_of_another: unknown
	last_superuser: unknown
	password_missing: unknown
	password_unreadable: unknown
	current_password_missing: unknown
	new_password_missing: unknown
	new_password_unreadable: unknown
	password_too_short: { minCodePoints: number }
	password_too_long: { maxCodePoints: number }
	password_common: unknown
	password_common_word: unknown
	password_service_name: unknown
	password_repeat: unknown
	password_sequence: unknown
	password_keyboard: unknown
	password_date: unknown
	password_contains_username: unknown
	password_contains_email: unknown
	confirm_password_missing: unknown
	confirm_password_differs: unknown
	identifier_missing: unknown
	identifier_too_long: unknown
	sure_missing: unknown
	sure_of_address_missing: unknown
	intent_unknown: unknown
	hash_missing: unknown
	hash_unknown: unknown
	line_malformed: unknown
	line_unknown_field: { name: string }
	line_repeated: { line: number }
	not_time: unknown
	not_text: unknown
	not_boolean: unknown
	repeated: unknown
}

export type FaultCode = keyof FaultParameters
/** Of one code, or of any. */
export type Fault<Code extends FaultCode = FaultCode> = {
	[C in Code]: { code: C } & FaultParameters[C]
}[Code]
/** By field. */
export type Faults = Record<string, Fault[]>
