import type { requestReset, resetPassword } from "../../../auth/reset.server"
import { forgotPasswordSchema, linkSchema, resetPasswordSchema } from "../../../auth/schema"
import { config } from "../../../auth.config"
import * as answers from "../answers.server"
import {
	captchaRefusals,
	type Flow,
	hasTokens,
	linkRefusals,
	type Operation,
	refusalsOf,
} from "./operation.server"

export function passwordReset(): Flow {
	const operations: Operation[] = [
		{
			id: "getForgotPasswordForm",
			method: "get",
			path: "/forgot-password",
			summary: "Get the fields of the form",
			access: "public",
			hasPage: true,
			answer: { status: 200, body: answers.form, description: "The fields of the form." },
			refuses: [],
		},
		{
			id: "requestPasswordReset",
			method: "post",
			path: "/forgot-password",
			summary: "Send a link to choose a new password",
			description: "The answer is the same whether or not there's an account.",
			access: "public",
			hasPage: true,
			body: forgotPasswordSchema,
			answer: {
				status: 202,
				body: answers.nothing,
				description: "If there's an account, a link is on its way.",
			},
			refuses: [...refusalsOf<typeof requestReset>({ rate_limited: true }), ...captchaRefusals("forgot")],
		},
		{
			id: "getPasswordReset",
			method: "get",
			path: "/reset-password",
			summary: "Look at a mailed link",
			access: "public",
			hasPage: true,
			query: linkSchema,
			answer: { status: 200, body: answers.resetLink, description: "The link works." },
			refuses: linkRefusals,
		},
		{
			id: "resetPassword",
			method: "post",
			path: "/reset-password",
			summary: "Choose a new password",
			description: `Ends every session ${hasTokens ? "and every token " : ""}of the account. A link works once.`,
			access: "public",
			hasPage: true,
			body: resetPasswordSchema,
			answer: {
				status: 200,
				body: answers.nothing,
				description: "The password is changed; nobody is signed in.",
				setsCookie: true,
			},
			refuses: refusalsOf<typeof resetPassword>({
				link_invalid: true,
				link_expired: true,
				validation_failed: true,
				overloaded: true,
			}),
		},
	]
	return {
		name: "Forgotten password",
		description: "A new one is chosen with a mailed link.",
		operations: config.passwordReset.enabled ? operations : [],
	}
}
