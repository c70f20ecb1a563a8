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
			summary: "Look at a mailed link",
			description: "Changes nothing, because mail scanners follow links, too.",
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
			summary: "Confirm an address, or remove an account that isn't yours",
			description:
				"`intent=not_me` with `sure` removes the account that a stranger registered, and answers 204. Where `GET` says `needs_password`, it takes the account's password, too: a form from another browser than the one that registered always does.",
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
			summary: "Get the address that the link was sent to",
			description: "Where people land after registering. The same for every address.",
			access: "public",
			hasPage: true,
			answer: { status: 200, body: answers.mailSent, description: "The address as it was typed." },
			refuses: [],
		},
		{
			id: "getResendForm",
			method: "get",
			path: "/verify/resend",
			summary: "Get the fields of the form",
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
			summary: "Send a new link",
			description: "The answer is the same whether or not there's an account.",
			access: "public",
			hasPage: true,
			body: resendSchema,
			redirects: true,
			answer: {
				status: 202,
				body: answers.nothing,
				description: "If the address needs a link, it's on its way.",
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
		description: "With the link that's mailed after registering.",
		operations: config.verification.enabled ? operations : [],
	}
}
