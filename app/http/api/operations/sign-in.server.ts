import type { login } from "../../../auth/login.server"
import { loginSchema, logoutSchema } from "../../../auth/schema"
import { backends } from "../../../auth.events.server"
import * as answers from "../answers.server"
import {
	captchaRefusals,
	type Flow,
	hasTokens,
	type Operation,
	pascalCase,
	refusalsOf,
} from "./operation.server"

export function signingIn(): Flow {
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
	const session = hasTokens ? "session or token" : "session"
	return {
		name: "Sign in and out",
		description: hasTokens ? "By cookie for browsers, by token for programs." : "By cookie.",
		operations: [
			{
				id: "getLoginForm",
				method: "get",
				path: "/login",
				summary: "Get the fields of the form",
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
				summary: "Check whether someone is signed in",
				description: "Signs nobody out.",
				access: "optional",
				hasPage: true,
				answer: { status: 200, body: answers.logoutForm, description: "Whether someone is signed in." },
				refuses: [],
			},
			{
				id: "signOut",
				method: "post",
				path: "/logout",
				summary: "Sign out",
				description: `Ends the ${session} that's sent. Without one, the answer is the same.`,
				access: "optional",
				hasPage: true,
				body: logoutSchema,
				redirects: true,
				answer: {
					status: 204,
					body: null,
					description: `The ${session} has ended.`,
					setsCookie: true,
				},
				refuses: ["validation_failed"],
			},
		],
	}
}
