import type { updateProfile } from "../../../auth/account.server"
import type {
	cancelEmailChange,
	confirmEmailChange,
	requestEmailChange,
} from "../../../auth/email-change.server"
import type { changePassword } from "../../../auth/password-change.server"
import {
	emailCancelSchema,
	emailChangeSchema,
	emailConfirmSchema,
	linkSchema,
	passwordChangeSchema,
	profileSchema,
} from "../../../auth/schema"
import * as answers from "../answers.server"
import { type Flow, linkRefusals, type Operation, refusalsOf } from "./operation.server"

export function account(): Flow {
	const updateOwn = {
		path: "/account",
		summary: "Change the profile",
		description: "What is not sent stays. The address and the password have pages of their own.",
		access: "user",
		body: profileSchema,
		hasPage: true,
		answer: { status: 200, body: answers.ownAccount, description: "The account as it is now." },
		refuses: refusalsOf<typeof updateProfile>({ validation_failed: true, unauthenticated: true }),
	} satisfies Partial<Operation>
	return {
		name: "Your account",
		description: "Of who is signed in.",
		operations: [
			{
				id: "getAccount",
				method: "get",
				path: "/account",
				summary: "Who is signed in, and until when",
				access: "user",
				hasPage: true,
				answer: { status: 200, body: answers.account, description: "The account and the session." },
				refuses: [],
			},
			{ ...updateOwn, id: "updateAccount", method: "patch" },
			{ ...updateOwn, id: "updateAccountByForm", method: "post" },
			{
				id: "getPasswordForm",
				method: "get",
				path: "/account/password",
				summary: "What changing the password asks for",
				access: "user",
				hasPage: true,
				answer: { status: 200, body: answers.passwordForm, description: "The fields of the form." },
				refuses: [],
			},
			{
				id: "changePassword",
				method: "post",
				path: "/account/password",
				summary: "Change the password",
				description:
					"Ends all other sessions and tokens. The session goes on under a new cookie; the token that makes the call stays.",
				access: "user",
				hasPage: true,
				body: passwordChangeSchema,
				answer: {
					status: 200,
					body: answers.nothing,
					description: "The password is changed.",
					setsCookie: true,
				},
				refuses: refusalsOf<typeof changePassword>({
					validation_failed: true,
					rate_limited: true,
					overloaded: true,
					unauthenticated: true,
				}),
			},
			{
				id: "findPasswordForm",
				method: "get",
				path: "/.well-known/change-password",
				summary: "Where the password is changed",
				description: "For password managers (W3C, A Well-Known URL for Changing Passwords).",
				access: "public",
				hasPage: false,
				answer: { status: 302, body: null, description: "It is there.", leadsTo: true },
				refuses: [],
			},
			{
				id: "getEmailForm",
				method: "get",
				path: "/account/email",
				summary: "What changing the address asks for, and which change waits",
				access: "user",
				hasPage: true,
				answer: { status: 200, body: answers.emailForm, description: "The fields of the form." },
				refuses: [],
			},
			{
				id: "requestEmailChange",
				method: "post",
				path: "/account/email",
				summary: "Ask for another address",
				description:
					"A link goes to the new address, a notice to the old one. Nothing changes until the link is used. The same answer for an address that somebody has.",
				access: "user",
				hasPage: true,
				body: emailChangeSchema,
				answer: { status: 202, body: answers.nothing, description: "The change waits to be confirmed." },
				refuses: refusalsOf<typeof requestEmailChange>({
					validation_failed: true,
					rate_limited: true,
					overloaded: true,
					unauthenticated: true,
				}),
			},
			{
				id: "cancelEmailChange",
				method: "post",
				path: "/account/email/cancel",
				summary: "Call off a change that waits",
				description: "Its link works no more. Without one that waits, the answer is the same.",
				access: "user",
				hasPage: true,
				body: emailCancelSchema,
				answer: { status: 204, body: null, description: "No change waits any more." },
				refuses: refusalsOf<typeof cancelEmailChange>({ unauthenticated: true }),
			},
			{
				id: "getEmailChange",
				method: "get",
				path: "/account/email/confirm",
				summary: "What a mailed link would confirm",
				description: "Changes nothing: mail scanners follow links, too.",
				access: "public",
				hasPage: true,
				query: linkSchema,
				answer: { status: 200, body: answers.emailLink, description: "The link works." },
				refuses: linkRefusals,
			},
			{
				id: "confirmEmailChange",
				method: "post",
				path: "/account/email/confirm",
				summary: "Confirm the new address",
				description: "Signed in or not. Ends all other sessions and tokens; a link works once.",
				access: "optional",
				hasPage: true,
				body: emailConfirmSchema,
				answer: {
					status: 200,
					body: answers.ownAccount,
					description: "The account has the new address.",
					setsCookie: true,
				},
				refuses: [
					...refusalsOf<typeof confirmEmailChange>({
						link_invalid: true,
						link_expired: true,
						validation_failed: true,
					}),
				],
			},
		],
	}
}
