import { z } from "zod"
import type { updateProfile } from "../../auth/account.server"
import type { CaptchaForm } from "../../auth/captcha/captcha"
import { captchaOf } from "../../auth/captcha/captcha.server"
import type { confirmEmailChange, requestEmailChange } from "../../auth/email-change.server"
import type { openLink } from "../../auth/link.server"
import type { login } from "../../auth/login.server"
import type { changePassword } from "../../auth/password-change.server"
import type { Refusal, RefusalCode } from "../../auth/refusal"
import type { register } from "../../auth/register.server"
import type { checkRegistration } from "../../auth/registration-check.server"
import type { requestReset, resetPassword } from "../../auth/reset.server"
import {
	emailChangeSchema,
	emailConfirmSchema,
	forgotPasswordSchema,
	linkSchema,
	loginSchema,
	logoutSchema,
	passwordChangeSchema,
	profileSchema,
	registerSchema,
	registrationCheckSchema,
	resendSchema,
	resetPasswordSchema,
	userChangeSchema,
	verifySchema,
} from "../../auth/schema"
import { type deleteUser, LIST_BOUNDS, type updateUser } from "../../auth/users.server"
import type { disownRegistration, resendVerification, verify } from "../../auth/verify.server"
import { config } from "../../auth.config"
import { backends } from "../../auth.events.server"
import { env } from "../../env.server"
import type { ProblemCode } from "../problem"
import * as answers from "./answers.server"

/** One method of one route. */
export type Operation = {
	/** As the document and clients made from it call it. */
	id: string
	method: "get" | "post" | "patch" | "delete"
	/** `{id}` stands for a part of it. */
	path: string
	summary: string
	description?: string
	/** Who may: everybody, everybody but it makes a difference who, who is signed in, superusers. */
	access: "public" | "optional" | "user" | "superuser"
	/** Whether a person gets a page, or is led to one. */
	hasPage: boolean
	query?: z.ZodObject
	body?: z.ZodObject
	/** Whether `redirect_to` is listened to. */
	redirects?: boolean
	/** Whether a page leads who is signed in elsewhere. */
	onlyForStrangers?: boolean
	/** To a program. */
	answer: {
		status: number
		body: z.ZodType | null
		description: string
		setsCookie?: boolean
		/** Whether it is elsewhere. */
		leadsTo?: boolean
	}
	/** Where a field decides: 204. */
	orElse?: string
	/** What is said to this operation only; what may be said to any is not repeated. */
	refuses: ProblemCode[]
}

/** What belongs together for who reads it. */
export type Flow = { name: string; description: string; operations: Operation[] }

/** Every route that there is with this configuration; a flow that is switched off is absent. */
export function listFlows(): Flow[] {
	const flows = [registration, verification, signingIn, resetting, account, accounts, service, development]
	return flows.map((flow) => flow()).filter(({ operations }) => operations.length > 0)
}

type UseCase = (...parameters: never[]) => Promise<unknown>
type CodesOf<Case extends UseCase> = Extract<Awaited<ReturnType<Case>>, Refusal>["code"]

/** Whether they are given depends on the form's captcha, see {@link captchaRefusals}. */
type CaptchaCode = "captcha_failed" | "captcha_unavailable"

/** All that a use case refuses with: one that is missing, or one too many, does not compile. */
function refusalsOf<Case extends UseCase>(
	codes: Record<Exclude<CodesOf<Case>, CaptchaCode>, true>,
): RefusalCode[] {
	return Object.keys(codes) as RefusalCode[]
}

function captchaRefusals(form: CaptchaForm): CaptchaCode[] {
	return captchaOf(form) ? ["captcha_failed", "captcha_unavailable"] : []
}

const linkRefusals = refusalsOf<typeof openLink>({ link_invalid: true, link_expired: true })

function registration(): Flow {
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

function verification(): Flow {
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

function signingIn(): Flow {
	const signIn = {
		method: "post",
		access: "optional",
		body: loginSchema,
		refuses: [
			...refusalsOf<typeof login>({
				credentials_invalid: true,
				not_verified: true,
				hook_refused: true,
				rate_limited: true,
				overloaded: true,
			}),
			...captchaRefusals("login"),
		],
	} satisfies Partial<Operation>
	const byCookie: Operation["answer"] = {
		status: 200,
		body: answers.signedIn,
		description: "Signed in, by the cookie that comes with it.",
		setsCookie: true,
	}
	const byBackend = backends.map(({ name }): Operation => {
		const about = { id: `signInBy${pascalCase(name)}`, path: `/login/${name}` }
		if (name === "cookie")
			return {
				...signIn,
				...about,
				summary: "The same as `/login`",
				hasPage: true,
				redirects: true,
				answer: byCookie,
			}
		const answer = { status: 200, body: answers.token, description: "The token, and no cookie." }
		return { ...signIn, ...about, summary: `Sign in for a token (\`${name}\`)`, hasPage: false, answer }
	})
	return {
		name: "Sign in and out",
		description: "By cookie for browsers, by token for programs.",
		operations: [
			{
				id: "getLoginForm",
				method: "get",
				path: "/login",
				summary: "What signing in asks for",
				access: "public",
				hasPage: true,
				onlyForStrangers: true,
				redirects: true,
				answer: { status: 200, body: answers.loginForm, description: "The fields of the form." },
				refuses: [],
			},
			{
				...signIn,
				id: "signIn",
				path: "/login",
				summary: "Sign in",
				hasPage: true,
				redirects: true,
				answer: byCookie,
			},
			...byBackend,
			{
				id: "getLogoutForm",
				method: "get",
				path: "/logout",
				summary: "Whether there is anything to sign out of",
				description: "Ends nothing.",
				access: "optional",
				hasPage: true,
				answer: { status: 200, body: answers.logoutForm, description: "Whether somebody is signed in." },
				refuses: [],
			},
			{
				id: "signOut",
				method: "post",
				path: "/logout",
				summary: "Sign out",
				description:
					"Ends the session, or the token, that makes the call. Without one the answer is the same.",
				access: "optional",
				hasPage: true,
				body: logoutSchema,
				redirects: true,
				answer: {
					status: 204,
					body: null,
					description: "Nobody is signed in by it any more.",
					setsCookie: true,
				},
				refuses: ["validation_failed"],
			},
		],
	}
}

function resetting(): Flow {
	const operations: Operation[] = [
		{
			id: "getForgotPasswordForm",
			method: "get",
			path: "/forgot-password",
			summary: "What asking for a new password takes",
			access: "public",
			hasPage: true,
			answer: { status: 200, body: answers.form, description: "The fields of the form." },
			refuses: [],
		},
		{
			id: "requestPasswordReset",
			method: "post",
			path: "/forgot-password",
			summary: "Ask for a link to choose a new password",
			description: "The same answer whether or not there is such an account.",
			access: "public",
			hasPage: true,
			body: forgotPasswordSchema,
			answer: { status: 202, body: answers.nothing, description: "Who has an account is sent a link." },
			refuses: [...refusalsOf<typeof requestReset>({ rate_limited: true }), ...captchaRefusals("forgot")],
		},
		{
			id: "getPasswordReset",
			method: "get",
			path: "/reset-password",
			summary: "Whose password a mailed link would change",
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
			description: "Ends every session and every token of the account. A link works once.",
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
		description: "A new one is chosen by a mailed link.",
		operations: config.passwordReset.enabled ? operations : [],
	}
}

function account(): Flow {
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

function accounts(): Flow {
	const one = { path: "/users/{id}", access: "superuser", hasPage: true } as const
	const oneUser = { status: 200, body: answers.ownAccount, description: "The account." }
	const update = {
		...one,
		summary: "Change an account",
		description:
			"What is not sent stays. A new address is unverified unless `verified` comes with it. The last active superuser stays one.",
		body: userChangeSchema,
		answer: { ...oneUser, description: "The account as it is now." },
		refuses: refusalsOf<typeof updateUser>({ not_found: true, validation_failed: true }),
	} satisfies Partial<Operation>
	return {
		name: "All accounts",
		description: "For superusers.",
		operations: [
			{
				id: "listUsers",
				method: "get",
				path: "/users",
				summary: "Find accounts",
				description: "What is out of bounds is brought back into them; the answer says what was taken.",
				access: "superuser",
				hasPage: true,
				query: z.object({
					q: z.string().optional().meta({ description: "Part of a user name or an address." }),
					page: z.int().min(1).max(LIST_BOUNDS.maxPage).default(1),
					page_size: z.int().min(1).max(LIST_BOUNDS.maxPageSize).default(LIST_BOUNDS.pageSize),
				}),
				answer: { status: 200, body: answers.users, description: "One page of them, by user name." },
				refuses: [],
			},
			{
				...one,
				id: "getUser",
				method: "get",
				summary: "One account",
				answer: oneUser,
				refuses: ["not_found"],
			},
			{ ...update, id: "updateUser", method: "patch" },
			{
				...update,
				id: "updateUserByForm",
				method: "post",
				summary: "Change or delete an account by a form",
				description: `${update.description} \`intent=delete\` with \`sure\` deletes it, and answers 204.`,
				orElse: "It is gone, with its sessions.",
			},
			{
				...one,
				id: "deleteUser",
				method: "delete",
				summary: "Delete an account",
				answer: { status: 204, body: null, description: "It is gone, with its sessions." },
				refuses: refusalsOf<typeof deleteUser>({ not_found: true, validation_failed: true }),
			},
		],
	}
}

function service(): Flow {
	return {
		name: "The service itself",
		description: "For who runs it, or writes to it.",
		operations: [
			{
				id: "getHome",
				method: "get",
				path: "/",
				summary: "The start page",
				access: "optional",
				hasPage: true,
				answer: { status: 200, body: answers.home, description: "Who is signed in, if anybody is." },
				refuses: [],
			},
			{
				id: "getHealth",
				method: "get",
				path: "/healthz",
				summary: "Whether the process is alive",
				access: "public",
				hasPage: false,
				answer: { status: 200, body: answers.status, description: "It is." },
				refuses: [],
			},
			{
				id: "getReadiness",
				method: "get",
				path: "/readyz",
				summary: "Whether to send people here",
				description: "503 while it stops, or when the database does not answer.",
				access: "public",
				hasPage: false,
				answer: { status: 200, body: answers.status, description: "Ready." },
				refuses: [],
			},
			{
				id: "getDescription",
				method: "get",
				path: "/openapi.json",
				summary: "This description",
				access: "public",
				hasPage: false,
				answer: { status: 200, body: answers.description, description: "The document." },
				refuses: [],
			},
			{
				id: "getDocs",
				method: "get",
				path: "/docs",
				summary: "This description, to be read",
				description: "A page for people; programs get the same document as from `/openapi.json`.",
				access: "public",
				hasPage: true,
				answer: { status: 200, body: answers.description, description: "The document." },
				refuses: [],
			},
		],
	}
}

function development(): Flow {
	const inbox: Operation = {
		id: "listMails",
		method: "get",
		path: "/dev/mail",
		summary: "Every mail that was sent",
		access: "public",
		hasPage: true,
		answer: { status: 200, body: answers.inbox, description: "Newest first." },
		refuses: [],
	}
	return {
		name: "Development",
		description: "Not there in production.",
		operations: env.production ? [] : [inbox],
	}
}

/** `api-key` as `ApiKey`. */
export function pascalCase(name: string): string {
	return name.replace(/(?:^|[-_])([a-z0-9])/g, (_, first: string) => first.toUpperCase())
}
