import type { register } from "../../../auth/register.server"
import type { checkRegistration } from "../../../auth/registration-check.server"
import { registerSchema, registrationCheckSchema } from "../../../auth/schema"
import { config } from "../../../auth.config"
import * as answers from "../answers.server"
import { captchaRefusals, type Flow, type Operation, refusalsOf } from "./operation.server"

export function registration(): Flow {
	const operations: Operation[] = [
		{
			id: "getRegisterForm",
			method: "get",
			path: "/register",
			summary: "What registering asks for",
			access: "public",
			hasPage: true,
			onlyForStrangers: true,
			redirects: true,
			answer: { status: 200, body: answers.registerForm, description: "The fields of the form." },
			refuses: [],
		},
		{
			id: "register",
			method: "post",
			path: "/register",
			summary: "Register",
			description: config.verification.enabled
				? "A taken address gets the answer of a new one, and its owner a mail. A taken user name is told."
				: "A taken address or user name is told.",
			access: "optional",
			hasPage: true,
			body: registerSchema,
			redirects: true,
			answer: {
				status: 201,
				body: answers.registered,
				description: config.verification.enabled
					? "The account waits for its address to be confirmed by a mailed link."
					: "The account is there.",
				setsCookie: true,
			},
			refuses: [
				...refusalsOf<typeof register>({ validation_failed: true, rate_limited: true, overloaded: true }),
				...captchaRefusals("register"),
				...(config.registration.readOnly ? (["read_only"] as const) : []),
			],
		},
	]
	const check: Operation = {
		id: "checkRegistration",
		method: "post",
		path: "/register/check",
		summary: "Ask what registering would say",
		description:
			"Of a user name and a password, while a form is filled in. By the same rules; nothing is kept, and nothing is told of addresses.",
		access: "public",
		hasPage: false,
		body: registrationCheckSchema,
		answer: { status: 200, body: answers.registrationCheck, description: "What is wrong so far, by field." },
		refuses: refusalsOf<typeof checkRegistration>({ rate_limited: true }),
	}
	if (!config.registration.readOnly) operations.push(check)
	return {
		name: "Register",
		description: "A new account.",
		operations: config.registration.enabled ? operations : [],
	}
}
