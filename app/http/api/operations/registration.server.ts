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
			summary: "Get the fields of the form",
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
			summary: "Create an account",
			description: config.verification.enabled
				? "A taken address gets the same answer as a new one, and its owner is e-mailed. A taken user name is reported."
				: "A taken address or user name is reported.",
			access: "optional",
			hasPage: true,
			body: registerSchema,
			redirects: true,
			answer: {
				status: 201,
				body: answers.registered,
				description: config.verification.enabled
					? "Created. Its address is confirmed by the mailed link."
					: "Created.",
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
		summary: "Check a user name and a password",
		description:
			"For a form while it's being filled in, by the same rules. Nothing is stored, and nothing is told about addresses.",
		access: "public",
		hasPage: false,
		body: registrationCheckSchema,
		answer: { status: 200, body: answers.registrationCheck, description: "What's wrong so far, by field." },
		refuses: refusalsOf<typeof checkRegistration>({ rate_limited: true }),
	}
	if (!config.registration.readOnly) operations.push(check)
	return {
		name: "Register",
		description: "Create accounts.",
		operations: config.registration.enabled ? operations : [],
	}
}
