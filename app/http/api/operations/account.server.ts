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
import { type Flow, hasTokens, linkRefusals, type Operation, refusalsOf } from "./operation.server"

export function account(): Flow {
	const updateOwn = {
		path: "/account",
		summary: "Update the profile",
		description: "What isn't sent stays as it is. The address and the password have pages of their own.",
		access: "user",
		body: profileSchema,
		hasPage: true,
		answer: { status: 200, body: answers.ownAccount, description: "The account as it is now." },
		refuses: refusalsOf<typeof updateProfile>({ validation_failed: true, unauthenticated: true }),
	} satisfies Partial<Operation>
	return {
		name: "Your account",
		description: "The account of whoever is signed in.",
		operations: [
			{
				id: "getAccount",
				method: "get",
				path: "/account",
				summary: "Get your account and session",
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
				summary: "Get the fields of the form",
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
				description: hasTokens
					? "Ends all other sessions and tokens. The session goes on under a new cookie; the token that makes the call stays."
					: "Ends all other sessions. This one goes on under a new cookie.",
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
				summary: "Find the page that changes the password",
				description: "For password managers (W3C, A Well-Known URL for Changing Passwords).",
				access: "public",
				hasPage: false,
				answer: { status: 302, body: null, description: "Redirects to that page.", leadsTo: true },
				refuses: [],
			},
			{
				id: "getEmailForm",
				method: "get",
				path: "/account/email",
				summary: "Get the fields of the form, and the change that's waiting",
				access: "user",
				hasPage: true,
				answer: { status: 200, body: answers.emailForm, description: "The fields of the form." },
				refuses: [],
			},
			{
				id: "requestEmailChange",
				method: "post",
				path: "/account/email",
				summary: "Change the address",
				description:
					"A link goes to the new address, a notice to the old one. Nothing changes until the link is used. The answer is the same for an address that's taken.",
				access: "user",
				hasPage: true,
				body: emailChangeSchema,
				answer: { status: 202, body: answers.nothing, description: "The change is waiting to be confirmed." },
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
				summary: "Cancel the change that's waiting",
				description: "Its link stops working. If none is waiting, the answer is the same.",
				access: "user",
				hasPage: true,
				body: emailCancelSchema,
				answer: { status: 204, body: null, description: "No change is waiting now." },
				refuses: refusalsOf<typeof cancelEmailChange>({ unauthenticated: true }),
			},
			{
				id: "getEmailChange",
				method: "get",
				path: "/account/email/confirm",
				summary: "Look at a mailed link",
				description: "Changes nothing, because mail scanners follow links, too.",
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
				description: `Signed in or not. Ends all other ${hasTokens ? "sessions and tokens" : "sessions"}; a link works once.`,
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
