import type { ProblemCode } from "../problem"
import { problem } from "../problem"
import type { JsonSchema } from "./json-schema.server"
import { type ApiDocument, type Described, describeApi, saidToAll } from "./openapi.server"

/** What the page of the API shows of the document. */
export type ReadableApi = {
	title: string
	url: string
	flows: { name: string; description: string; operations: ReadableOperation[] }[]
	/** What may be said to any request. */
	saidToAll: Refusal[]
}

export type ReadableOperation = {
	id: string
	method: string
	path: string
	summary: string
	description?: string
	access: string | null
	fields: Field[]
	answers: { status: string; description: string }[]
	refusals: Refusal[]
	/** For a shell: as a program, and as a form would. */
	commands: string[]
}

type Field = {
	name: string
	where: "body" | "query" | "path"
	form: string
	required: boolean
	about: string
}
type Refusal = { status: number; code: ProblemCode; sentence: string }

let known: ReadableApi | undefined

/** Made once, and the same object each time, so that a page which was rendered from it is known at a glance. */
export function readableApi(): ReadableApi {
	known ??= readable(describeApi())
	return known
}

function readable(api: ApiDocument): ReadableApi {
	const url = api.servers[0]?.url ?? ""
	const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
		Object.entries(methods).map(([method, described]) => ({ path, method, described })),
	)
	const flows = api.tags.map(({ name, description }) => ({
		name,
		description,
		operations: operations
			.filter(({ described }) => described.tags.includes(name))
			.map((operation) => readableOperation(operation, { api, url })),
	}))
	return { title: api.info.title, url, flows, saidToAll: refusalsOf(saidToAll) }
}

type Place = { path: string; method: string; described: Described }
type Context = { api: ApiDocument; url: string }

function readableOperation(place: Place, context: Context): ReadableOperation {
	const { path, method, described } = place
	const { operationId: id, summary, description, responses } = described
	const answers = Object.entries(responses).flatMap(([status, answer]) =>
		"$ref" in answer ? [] : [{ status, description: answer.description }],
	)
	const refusals = codesOf(described, context).filter((code) => !saidToAll.includes(code))
	const body = bodyOf(described, context)
	const isInBody = (name: string) => body.some((field) => field.name === name)
	const fields = [...parametersOf(described).filter(({ name }) => !isInBody(name)), ...body]
	return {
		id,
		method: method.toUpperCase(),
		path,
		summary,
		...(description && { description }),
		access: accessOf(described, refusals),
		fields,
		answers,
		refusals: refusalsOf(refusals),
		commands: commandsOf(place, context),
	}
}

function accessOf({ security }: Described, refusals: ProblemCode[]): string | null {
	if (refusals.includes("forbidden")) return "Superusers only."
	const isOptional = security.length === 0 || security.some((scheme) => Object.keys(scheme).length === 0)
	return isOptional ? null : "Signed-in users only."
}

function refusalsOf(codes: ProblemCode[]): Refusal[] {
	return codes.map(refusal).sort((one, other) => one.status - other.status)
}

function refusal(code: ProblemCode): Refusal {
	const { status, detail } = problem(code)
	const sentence =
		code === "validation_failed" ? "Fields are missing or wrong: `errors` says which, and why." : detail
	return { status, code, sentence }
}

/** By the names of the schemas that an answer may have. */
function codesOf({ responses }: Described, { api }: Context): ProblemCode[] {
	return Object.values(responses).flatMap((answer) => {
		const name = "$ref" in answer ? nameOf(answer.$ref) : ""
		const schema = api.components.responses[name]?.content?.["application/problem+json"]?.schema
		const refs = [schema?.oneOf ?? (schema ? [schema] : [])].flat() as { $ref: string }[]
		return refs.map(({ $ref }) => codeOf(api.components.schemas[nameOf($ref)]))
	})
}

function codeOf(schema: JsonSchema | undefined): ProblemCode {
	const [, about] = (schema?.allOf ?? []) as JsonSchema[]
	return about?.properties?.code?.const as ProblemCode
}

function nameOf(ref: string): string {
	return ref.slice(ref.lastIndexOf("/") + 1)
}

function parametersOf({ parameters }: Described): Field[] {
	return parameters.map(({ name, in: where, required, description = "", schema }) => ({
		name,
		where,
		form: formOf(schema),
		required,
		about: description,
	}))
}

function bodyOf(described: Described, context: Context): Field[] {
	const { properties = {}, required = [] } = inputOf(described, context) ?? {}
	return Object.entries(properties).map(([name, schema]) => ({
		name,
		where: "body",
		form: formOf(schema),
		required: required.includes(name),
		about: [schema.description, alsoCalled(schema)].filter(Boolean).join(" "),
	}))
}

function inputOf({ requestBody }: Described, { api }: Context): JsonSchema | undefined {
	const ref = requestBody?.content["application/json"]?.schema.$ref
	return typeof ref === "string" ? api.components.schemas[nameOf(ref)] : undefined
}

function alsoCalled(schema: JsonSchema): string {
	const aliases = (schema["x-aliases"] ?? []) as string[]
	return aliases.length > 0 ? `Also accepted as ${aliases.join(" or ")}.` : ""
}

/** What a value looks like, in a few words. */
function formOf(schema: JsonSchema): string {
	const { type, format, minLength, maxLength, minimum, maximum } = schema
	const options = [schema, ...((schema.anyOf ?? []) as JsonSchema[])]
	if (options.some((option) => option.type === "boolean")) return "true or false"
	if (schema.enum) return (schema.enum as string[]).join(" or ")
	if (type === "integer") return `a number, ${minimum} to ${maximum}`
	const kind = format === "email" ? "an e-mail address" : format === "password" ? "a password" : "text"
	if (typeof maxLength !== "number") return kind
	const isBounded = typeof minLength === "number" && minLength > 1
	return `${kind}, ${isBounded ? `${minLength} to ${maxLength}` : `at most ${maxLength}`} characters`
}

function commandsOf({ path, method, described }: Place, context: Context): string[] {
	const input = inputOf(described, context)
	const { properties = {}, required = [] } = input ?? {}
	// To change something is to name at least one field.
	const named = method === "patch" && required.length === 0 ? Object.keys(properties).slice(0, 1) : required
	const values = Object.fromEntries(named.map((name) => [name, exampleOf(properties[name])]))
	const query = described.parameters.filter(({ in: where, required }) => where === "query" && required)
	const search = query.map(({ name }) => `${name}=…`).join("&")
	const address = quoted(`${context.url}${path.replace(/\{(\w+)\}/g, "…")}${search && `?${search}`}`)
	const start = [
		"curl",
		...(["get", "post"].includes(method) ? [] : [`-X ${method.toUpperCase()}`]),
		address,
	].join(" ")
	const isGuarded =
		described.security.length > 0 && described.security.every((scheme) => Object.keys(scheme)[0])
	const token = isGuarded ? [`-H "Authorization: Bearer $token"`] : []
	if (!input) return [command(start, "-H 'Accept: application/json'", ...token)]
	// With blanks, at which it may wrap.
	const sent = `-d ${quoted(JSON.stringify(values, null, 1).replace(/\n */g, " "))}`
	const json = command(start, "-H 'Content-Type: application/json'", ...token, sent)
	if (method !== "post") return [json]
	const session = isGuarded ? [`-b "$session"`] : []
	const fields = Object.entries(values).map(
		([name, value]) => `--data-urlencode ${quoted(`${name}=${value}`)}`,
	)
	return [json, command(start, ...session, ...(fields.length > 0 ? fields : ["-d ''"]))]
}

/** A line for each option. */
function command(...parts: string[]): string {
	return parts.join(" \\\n  ")
}

/** A secret has none: what stands in the docs is a password that is tried. */
function exampleOf(schema: JsonSchema | undefined): string {
	const [example = "…"] = (schema?.examples ?? []) as string[]
	return example
}

/** For a shell. */
function quoted(text: string): string {
	if (/^[\w./:-]+$/.test(text)) return text
	return `'${text.replaceAll("'", `'\\''`)}'`
}
