import { version } from "../../../package.json"
import { config } from "../../auth.config"
import { backends } from "../../auth.events.server"
import { env } from "../../env.server"
import { en as text } from "../../text/en"
import { wholeCookieName } from "../cookie.server"
import { type ProblemCode, problem } from "../problem"
import { problemDetails } from "./answers.server"
import { describeInput, describeOutput, type JsonSchema } from "./json-schema.server"
import { hasTokens, type Operation, pascalCase } from "./operations/operation.server"
import { listFlows } from "./operations.server"

/** What may be said to every request, whatever it is for. */
const toAny: ProblemCode[] = [
	"malformed",
	"too_slow",
	"too_large",
	"uri_too_long",
	"headers_too_large",
	"internal",
	"unavailable",
]
/** And to those that change something. */
const toUnsafe: ProblemCode[] = ["origin_refused", "unsupported_media_type"]

export const saidToAll = [...toAny, ...toUnsafe]

const BODY_TYPES = ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"]
const PAGE = { "text/html": { schema: { type: "string" } } }
const REDIRECT_TO = {
	type: "string",
	description: "Where to go afterwards: a path on this site. Anything else is ignored.",
}

type Answer = {
	description: string
	headers: Record<string, { $ref: string }>
	content?: Record<string, { schema: JsonSchema }>
}

type Parameter = {
	name: string
	in: "query" | "path"
	required: boolean
	description?: string
	schema: JsonSchema
}

/** One operation in the document. */
export type Described = {
	operationId: string
	tags: [string]
	summary: string
	description?: string
	security: Record<string, []>[]
	parameters: Parameter[]
	requestBody?: { required: boolean; content: Record<string, { schema: JsonSchema }> }
	responses: Record<string, Answer | { $ref: string }>
}

/** An OpenAPI document (https://spec.openapis.org/oas/v3.1.0). */
export type ApiDocument = {
	openapi: "3.1.0"
	info: { title: string; version: string; description: string }
	servers: { url: string }[]
	tags: { name: string; description: string }[]
	paths: Record<string, Record<string, Described>>
	components: {
		schemas: Record<string, JsonSchema>
		responses: Record<string, Answer>
		headers: Record<string, { description: string; required?: true; schema: JsonSchema }>
		securitySchemes: Record<string, object>
	}
}

let known: ApiDocument | undefined

/** Of every route, as it is configured: made once, from what the routes themselves read by. */
export function describeApi(): ApiDocument {
	known ??= describe()
	return known
}

function describe(): ApiDocument {
	const flows = listFlows()
	const schemas: Record<string, JsonSchema> = { Problem: describeOutput(problemDetails).schema }
	const responses: Record<string, Answer> = {}
	const paths: ApiDocument["paths"] = {}
	for (const { name, operations } of flows)
		for (const operation of operations) {
			const path = paths[operation.path] ?? {}
			paths[operation.path] = path
			path[operation.method] = describeOperation(operation, name, { schemas, responses })
		}
	return {
		openapi: "3.1.0",
		info: { title: config.appName, version, description: ABOUT },
		servers: [{ url: env.appUrl }],
		tags: flows.map(({ name, description }) => ({ name, description })),
		paths,
		components: { schemas, responses, headers, securitySchemes: securitySchemes() },
	}
}

const ABOUT = [
	"Every page answers programs, too: with JSON where `Accept` prefers `application/json`, or where the body is JSON and `Accept` does not ask for HTML.",
	"A refusal is `application/problem+json` (RFC 9457) for a program, and the page again for a person.",
	"Fields that are not described are left alone, as is everything under a name of `x-aliases` that is sent beside the field itself.",
	`Requests ${hasTokens ? "without a bearer token " : ""}are refused where a browser says that they come from another site.`,
].join(" ")

const always = (description: string, schema: JsonSchema) => ({ description, required: true, schema }) as const

const headers: ApiDocument["components"]["headers"] = {
	"X-Request-Id": always("As in the log.", { type: "string", format: "uuid" }),
	"Retry-After": always("In seconds.", { type: "integer", minimum: 1 }),
	"RateLimit-Limit": always("Tries that the window allows.", { type: "integer", minimum: 1 }),
	"RateLimit-Remaining": always("Tries that are left.", { type: "integer", minimum: 0 }),
	"RateLimit-Reset": always("In seconds.", { type: "integer", minimum: 1 }),
	"WWW-Authenticate": always("How to sign a request.", { type: "string" }),
	Allow: always("What can be done.", { type: "string" }),
	Location: always("The page to go on with.", { type: "string" }),
	"Set-Cookie": { description: "What the browser keeps.", schema: { type: "string" } },
}

/** A 401 of wrong credentials has no challenge, as there is nothing to sign the request with. */
const headersByCode: Partial<Record<ProblemCode, string[]>> = {
	rate_limited: ["Retry-After", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"],
	overloaded: ["Retry-After"],
	unavailable: ["Retry-After"],
	unauthenticated: ["WWW-Authenticate"],
	read_only: ["Allow"],
}

type Components = Pick<ApiDocument["components"], "schemas" | "responses">

function describeOperation(operation: Operation, flow: string, components: Components): Described {
	const { id, summary, description, answer, orElse, method } = operation
	const told = codesOf(operation)
	const statuses = [...new Set(told.map((code) => problem(code).status))].sort((a, b) => a - b)
	const refusals = statuses.map((status) => {
		const codes = told.filter((code) => problem(code).status === status)
		return [String(status), refusalOf(codes, components)] as const
	})
	const isForm = operation.hasPage && method !== "get"
	return {
		operationId: id,
		tags: [flow],
		summary,
		...(description && { description }),
		security: securityOf(operation),
		parameters: parametersOf(operation),
		...(operation.body && { requestBody: requestBodyOf(operation, operation.body, components) }),
		responses: {
			[answer.status]: successOf(operation, components),
			...(orElse && { 204: { description: orElse, headers: headerRefs([]) } }),
			...((isForm || leadsElsewhere(operation)) && { 303: redirectOf(operation) }),
			...Object.fromEntries(refusals),
		},
	}
}

function codesOf({ method, access, refuses, body }: Operation): ProblemCode[] {
	const codes: ProblemCode[] = [...toAny, ...refuses]
	if (method !== "get") codes.push(...toUnsafe)
	if (body) codes.push("validation_failed")
	if (access === "user" || access === "superuser") codes.push("unauthenticated")
	if (access === "superuser") codes.push("forbidden")
	return [...new Set(codes)]
}

function refusalOf(codes: ProblemCode[], { schemas, responses }: Components): { $ref: string } {
	const names = codes.map(pascalCase)
	for (const code of codes) schemas[pascalCase(code)] ??= schemaOfProblem(code)
	const refs = names.map((name) => ({ $ref: `#/components/schemas/${name}` }))
	const name = names.join("Or")
	responses[name] ??= {
		description: codes.map((code) => `\`${code}\`: ${text.problems[code]}`).join(" "),
		headers: headerRefs(codes.length === 1 ? (headersByCode[codes[0] as ProblemCode] ?? []) : shared(codes)),
		content: {
			"application/problem+json": { schema: refs.length === 1 ? (refs[0] as JsonSchema) : { oneOf: refs } },
			...PAGE,
		},
	}
	return { $ref: `#/components/responses/${name}` }
}

/** Those that come with every one of them. */
function shared(codes: ProblemCode[]): string[] {
	const [first = [], ...others] = codes.map((code) => headersByCode[code] ?? [])
	return first.filter((name) => others.every((list) => list.includes(name)))
}

function schemaOfProblem(code: ProblemCode): JsonSchema {
	const { status, title } = problem(code)
	return {
		description: text.problems[code],
		allOf: [
			{ $ref: "#/components/schemas/Problem" },
			{
				type: "object",
				properties: { code: { const: code }, status: { const: status }, title: { const: title } },
			},
		],
	}
}

function successOf({ answer, hasPage, method }: Operation, components: Components): Answer {
	const { body, description, setsCookie, leadsTo } = answer
	const named = [...(setsCookie ? ["Set-Cookie"] : []), ...(leadsTo ? ["Location"] : [])]
	if (!body) return { description, headers: headerRefs(named) }
	const { schema, definitions } = describeOutput(body)
	Object.assign(components.schemas, definitions)
	const page = hasPage && method === "get" ? PAGE : {}
	return {
		description,
		headers: headerRefs(named),
		content: { "application/json": { schema }, ...page },
	}
}

/** People who are not signed in are led to where one does so, and those who are, away from there. */
function leadsElsewhere({ hasPage, access, onlyForStrangers }: Operation): boolean {
	return hasPage && (onlyForStrangers === true || access === "user" || access === "superuser")
}

function redirectOf({ method, answer }: Operation): Answer {
	const description =
		method === "get" ? "A browser is redirected." : "A form is redirected to the next page, or to sign-in."
	return { description, headers: headerRefs(["Location", ...(answer.setsCookie ? ["Set-Cookie"] : [])]) }
}

function headerRefs(names: string[]): Answer["headers"] {
	const all = ["X-Request-Id", ...names]
	return Object.fromEntries(all.map((name) => [name, { $ref: `#/components/headers/${name}` }]))
}

function parametersOf({ path, query, redirects }: Operation): Parameter[] {
	const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(
		([, name = ""]): Parameter => ({ name, in: "path", required: true, schema: { type: "string" } }),
	)
	const { properties = {}, required = [] } = query ? describeInput(query) : {}
	const all = { ...properties, ...(redirects && { redirect_to: REDIRECT_TO }) }
	const inQuery = Object.entries(all).map(([name, { description, ...schema }]): Parameter => {
		const about = typeof description === "string" ? { description } : {}
		return { name, in: "query", required: required.includes(name), ...about, schema }
	})
	return [...inPath, ...inQuery]
}

function requestBodyOf(
	{ id, redirects }: Operation,
	body: NonNullable<Operation["body"]>,
	{ schemas }: Components,
): Described["requestBody"] {
	const described = describeInput(body)
	const properties = { ...described.properties, ...(redirects && { redirect_to: REDIRECT_TO }) }
	const name = `${pascalCase(id)}Input`
	schemas[name] = { ...described, properties }
	const schema = { $ref: `#/components/schemas/${name}` }
	return {
		required: (described.required ?? []).length > 0,
		content: Object.fromEntries(BODY_TYPES.map((type) => [type, { schema }])),
	}
}

function securityOf({ access }: Operation): Described["security"] {
	const schemes = Object.keys(securitySchemes()).map((name): Record<string, []> => ({ [name]: [] }))
	if (access === "public") return []
	return access === "optional" ? [{}, ...schemes] : schemes
}

/** What a fork's own back end looks for in a request is for the fork to describe. */
function securitySchemes(): Record<string, object> {
	const names = backends.map(({ name }) => name)
	const cookie = {
		type: "apiKey",
		in: "cookie",
		name: wholeCookieName(config.session.cookieName),
		description: "Set by `/login`.",
	}
	const bearer = {
		type: "http",
		scheme: "bearer",
		description: `From ${names
			.filter((name) => name !== "cookie")
			.map((name) => `\`/login/${name}\``)
			.join(" or ")}. A cookie beside it does not count.`,
	}
	return { cookie, ...(hasTokens && { bearer }) }
}
