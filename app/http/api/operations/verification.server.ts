import { linkSchema, resendSchema, verifySchema } from "../../../auth/schema"
import type { disownRegistration, resendVerification, verify } from "../../../auth/verify.server"
import { config } from "../../../auth.config"
import * as answers from "../answers.server"
import { captchaRefusals, type Flow, linkRefusals, type Operation, refusalsOf } from "./operation.server"

export function verification(): Flow {
	const operations: Operation[] = [
		{
			id: "getVerification",
			method: "get",
			path: "/verify",
			summary: "What a mailed link would confirm",
			description: "Changes nothing: mail scanners follow links, too.",
			access: "public",
			hasPage: true,
			query: linkSchema,
			redirects: true,
			answer: { status: 200, body: answers.verifyLink, description: "The link works." },
			refuses: linkRefusals,
		},
		{
			id: "verify",
			method: "post",
			path: "/verify",
			summary: "Confirm an address, or say that the account is not yours",
			description:
				"`intent=not_me` with `sure` removes the account that a stranger registered, and answers 204. A link that was opened in another browser than the one that registered takes the account's password, too.",
			access: "optional",
			hasPage: true,
			body: verifySchema,
			redirects: true,
			answer: {
				status: 200,
				body: answers.verified,
				description: "The address is confirmed.",
				setsCookie: true,
			},
			orElse: "The account is removed.",
			refuses: [
				...refusalsOf<typeof verify>({
					link_invalid: true,
					link_expired: true,
					validation_failed: true,
					credentials_invalid: true,
					rate_limited: true,
					overloaded: true,
				}),
				...refusalsOf<typeof disownRegistration>({
					link_invalid: true,
					link_expired: true,
					validation_failed: true,
				}),
			],
		},
		{
			id: "getMailSent",
			method: "get",
			path: "/verify/sent",
			summary: "Which address to look for a link at",
			description: "Where a person is led after registering; the same for every address.",
			access: "public",
			hasPage: true,
			answer: { status: 200, body: answers.mailSent, description: "The address as it was typed." },
			refuses: [],
		},
		{
			id: "getResendForm",
			method: "get",
			path: "/verify/resend",
			summary: "What asking for a new link takes",
			access: "public",
			hasPage: true,
			redirects: true,
			answer: { status: 200, body: answers.resendForm, description: "The fields of the form." },
			refuses: [],
		},
		{
			id: "resendVerification",
			method: "post",
			path: "/verify/resend",
			summary: "Ask for a new link",
			description: "The same answer whether or not there is such an account.",
			access: "public",
			hasPage: true,
			body: resendSchema,
			redirects: true,
			answer: {
				status: 202,
				body: answers.nothing,
				description: "Who needs a link is sent one.",
				setsCookie: true,
			},
			refuses: [
				...refusalsOf<typeof resendVerification>({ rate_limited: true }),
				...captchaRefusals("resend"),
			],
		},
	]
	return {
		name: "Confirm an address",
		description: "By a link that is mailed after registering.",
		operations: config.verification.enabled ? operations : [],
	}
}
