import { Ajv2020 } from "ajv/dist/2020.js"
import { expect } from "vitest"
import type { ApiDocument, Described } from "../../app/http/api/openapi.server"
import type { Answer } from "./client"

export type DescribedOperation = { path: string; method: string; operation: Described }

export function operationsOf({ paths }: ApiDocument): DescribedOperation[] {
	return Object.entries(paths).flatMap(([path, methods]) =>
		Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
	)
}

/** What may be sent, as the document has it. */
export function inputOf(api: ApiDocument, { requestBody }: Described) {
	const ref = String(requestBody?.content["application/json"]?.schema.$ref ?? "")
	return api.components.schemas[ref.slice(ref.lastIndexOf("/") + 1)]
}

/** @returns what fails a test when an answer's status, type, headers or body is not in the document */
export function answerChecker(api: ApiDocument) {
	const ajv = new Ajv2020({
		strict: false,
		allErrors: true,
		formats: {
			uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
			"date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/,
			email: true,
			password: true,
		},
	})
	ajv.addSchema({ $id: "api", ...api })

	return ({ path, method, operation }: DescribedOperation, answer: Answer, what: string): void => {
		const title = `${method} ${path}, ${what}: ${answer.status} ${answer.text.slice(0, 200)}`
		const named = operation.responses[answer.status]
		expect(named, title).toBeDefined()
		if (!named) return
		const isShared = "$ref" in named
		const described = isShared ? api.components.responses[named.$ref.replace(/.*\//, "")] : named
		for (const name of Object.keys(described?.headers ?? {}))
			if (api.components.headers[name]?.required)
				expect(answer.headers.has(name), `${title}: ${name}`).toBe(true)

		const type = (answer.headers.get("Content-Type") ?? "").split(";")[0] ?? ""
		const types = Object.keys(described?.content ?? {})
		if (answer.text === "" && answer.status < 400) return
		expect(types, title).toContain(type)
		if (!type.endsWith("json")) return
		const keys = isShared
			? ["components", "responses", named.$ref.replace(/.*\//, "")]
			: ["paths", path, method.toLowerCase(), "responses", String(answer.status)]
		const pointer = [...keys, "content", type, "schema"].map(escaped).join("/")
		const validate = ajv.compile({ $ref: `api#/${pointer}` })
		validate(answer.json)
		expect(validate.errors, title).toBeNull()
	}
}

/** RFC 6901, 3 and 6. */
function escaped(key: string): string {
	return encodeURIComponent(key.replaceAll("~", "~0").replaceAll("/", "~1"))
}
