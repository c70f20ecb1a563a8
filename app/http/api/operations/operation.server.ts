import type { z } from "zod"
import type { CaptchaForm } from "../../../auth/captcha/captcha"
import { captchaOf } from "../../../auth/captcha/captcha.server"
import type { openLink } from "../../../auth/link.server"
import type { Refusal, RefusalCode } from "../../../auth/refusal"
import { backends } from "../../../auth.events.server"
import type { ProblemCode } from "../../problem"

/** One method of one route. */
export type Operation = {
	/** As the document and clients made from it call it. */
	id: string
	method: "get" | "post" | "patch" | "delete"
	/** `{id}` stands for a part of it. */
	path: string
	summary: string
	description?: string
	/** Who may: everybody; everybody, but it matters who; anyone signed in; superusers. */
	access: "public" | "optional" | "user" | "superuser"
	/** Whether a person gets a page, or is led to one. */
	hasPage: boolean
	query?: z.ZodObject
	body?: z.ZodObject
	/** Whether `redirect_to` is heeded. */
	redirects?: boolean
	/** Whether a page leads signed-in people away. */
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

/** Whether programs sign in for tokens: where they do not, no sentence speaks of any. */
export const hasTokens = backends.some(({ name }) => name === "bearer" || name === "jwt")

/** What belongs together, for the reader. */
export type Flow = { name: string; description: string; operations: Operation[] }

type UseCase = (...parameters: never[]) => Promise<unknown>
type CodesOf<Case extends UseCase> = Extract<Awaited<ReturnType<Case>>, Refusal>["code"]

/** Whether they are given depends on the form's captcha, see {@link captchaRefusals}. */
type CaptchaCode = "captcha_failed" | "captcha_unavailable"

/** All that a use case refuses with: one that is missing, or one too many, does not compile. */
export function refusalsOf<Case extends UseCase>(
	codes: Record<Exclude<CodesOf<Case>, CaptchaCode>, true>,
): RefusalCode[] {
	return Object.keys(codes) as RefusalCode[]
}

export function captchaRefusals(form: CaptchaForm): CaptchaCode[] {
	return captchaOf(form) ? ["captcha_failed", "captcha_unavailable"] : []
}

export const linkRefusals = refusalsOf<typeof openLink>({ link_invalid: true, link_expired: true })

/** `api-key` as `ApiKey`. */
export function pascalCase(name: string): string {
	return name.replace(/(?:^|[-_])([a-z0-9])/g, (_, first: string) => first.toUpperCase())
}
