import { randomUUID } from "node:crypto"
import { Validator } from "@seriousme/openapi-schema-validator"
import { beforeAll, describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import type { JsonSchema } from "../../app/http/api/json-schema.server"
import type { ApiDocument } from "../../app/http/api/openapi.server"
import { expectPrivate } from "../support/answers"
import { answerChecker, type DescribedOperation, inputOf, operationsOf } from "../support/api-document"
import { type GoodRequest, goodRequest, newWorld } from "../support/api-requests"
import { type Answer, COOKIE, clientOf, registrationOf, somebody } from "../support/client"
import { takenRoutes } from "../support/route-table"
import { rowsOf, userRow } from "../support/rows"
import { startServer, type TestServer } from "../support/server"
import { serverFixture } from "../support/server-fixture"

const { server, mailbox } = serverFixture()

/** `intent` of /verify is what it says where that is known, and to confirm otherwise. */
const LENIENT = new Set(["verify intent", "confirmEmailChange intent"])
const FORM = "application/x-www-form-urlencoded"
const MULTIPART = "multipart/form-data"

/** Each walk makes accounts and passwords by the dozen. */
const WALK_MS = 180_000

let api: ApiDocument
let operations: DescribedOperation[]
let check: ReturnType<typeof answerChecker>
let world: Awaited<ReturnType<typeof newWorld>>

beforeAll(async () => {
	api = (await clientOf(server).getJson("/openapi.json")).json
	operations = operationsOf(api)
	check = answerChecker(api)
	world = await newWorld(server, mailbox)
})

type Door = { accept: string; type: string }
const PROGRAM: Door = { accept: "application/json", type: "application/json" }
const PERSON: Door = { accept: "text/html", type: FORM }

/** Sends it, and compares the answer with the document. @param body instead of the good one */
async function send(
	described: DescribedOperation,
	request: GoodRequest,
	{
		door = PROGRAM,
		body = request.body,
		headers = {},
		what = "",
	}: {
		door?: Door
		body?: object | string
		headers?: Record<string, string>
		what?: string
	} = {},
): Promise<Answer> {
	const { path, method } = described
	const { parameters = {}, query = {} } = request
	const address = path.replace(/\{(\w+)\}/g, (_, name: string) => parameters[name] ?? "")
	const search = new URLSearchParams(query).size > 0 ? `?${new URLSearchParams(query)}` : ""
	const sent = body === undefined ? undefined : encoded(body, door.type)
	// Its boundary is for whoever writes it to know.
	const type: Record<string, string> = typeof sent === "string" ? { "Content-Type": door.type } : {}
	const answer = await clientOf(server).send(address + search, {
		method,
		headers: { Accept: door.accept, ...type, ...request.headers, ...headers },
		body: sent,
	})
	check(described, answer, `${door.accept} ${what}`)
	return answer
}

function encoded(body: object | string, type: string): string | FormData {
	if (typeof body === "string") return body
	if (type === "application/json") return JSON.stringify(body)
	const fields = Object.entries(body)
	if (type === FORM) return new URLSearchParams(fields).toString()
	const form = new FormData()
	for (const [name, value] of fields) form.append(name, value)
	return form
}

const strangers: Record<string, string>[] = [
	{},
	{ Cookie: `${COOKIE}=${"A".repeat(43)}` },
	{ Authorization: "Bearer x" },
]

const isGuarded = ({ operation }: DescribedOperation) =>
	operation.security.length > 0 && operation.security.every((scheme) => Object.keys(scheme).length > 0)
const successOf = ({ operation }: DescribedOperation) =>
	Math.min(...Object.keys(operation.responses).map(Number))
const find = (id: string) =>
	operations.find(({ operation }) => operation.operationId === id) as DescribedOperation

const methodsOf = (described: ApiDocument) =>
	operationsOf(described)
		.map(({ method, path }) => `${method} ${path}`)
		.sort()

/** What the running server answers otherwise than by "not found", asked by nobody in particular. */
async function answeringMethods(asked: TestServer, described: ApiDocument): Promise<string[]> {
	const found: string[] = []
	for (const { path, address, methods } of await takenRoutes(asked, { id: randomUUID(), backend: "none" }))
		for (const method of methods.filter((name) => name !== "HEAD")) {
			const answer = await clientOf(asked).send(address, { method, headers: { Accept: "application/json" } })
			if (answer.status !== 404) found.push(`${method} ${path.replace(/:(\w+)/g, "{$1}")}`)
		}
	// Each back end has an address of its own; which ones there are is only said by the document.
	for (const path of Object.keys(described.paths).filter((path) => /^\/login\/(?!cookie$)/.test(path)))
		if ((await clientOf(asked).postJson(path, {})).status === 422) found.push(`POST ${path}`)
	return found.sort()
}

describe("GET /openapi.json", () => {
	it("X2: is a valid document, the same for everybody", async () => {
		const validator = new Validator()
		const { valid, errors } = await validator.validate(structuredClone(api) as never)
		expect([valid, errors]).toEqual([true, undefined])
		const answer = await clientOf(server).get("/openapi.json", { Accept: "text/html" })
		expect(answer.headers.get("Content-Type")).toBe("application/json")
		expect([answer.json, api.servers]).toEqual([api, [{ url: server.url }]])
		expectPrivate(answer)
		const ids = operations.map(({ operation }) => operation.operationId)
		expect(new Set(ids).size).toBe(ids.length)
	})

	it("X2: has every route that answers, with its methods, and no other", async () => {
		expect(methodsOf(api)).toEqual(await answeringMethods(server, api))
		expect(Object.keys(api.paths).filter((path) => path.startsWith("/dev/"))).toEqual([])
	})

	it("X2: is about what is configured: what is switched off is absent, what is for development is there", async () => {
		const off = { enabled: false }
		const settings = { registration: off, verification: off, passwordReset: off }
		const quiet = await startServer({ settings, env: { NODE_ENV: "development", SMTP_URL: "" } })
		try {
			const described: ApiDocument = (await clientOf(quiet).getJson("/openapi.json")).json
			const paths = Object.keys(described.paths)
			for (const path of ["/register", "/verify", "/verify/resend", "/forgot-password", "/reset-password"])
				expect([path, paths.includes(path)]).toEqual([path, false])
			expect(methodsOf(described)).toEqual(await answeringMethods(quiet, described))
			const checkHere = answerChecker(described)
			for (const operation of operationsOf(described).filter(({ path }) => !Object.hasOwn(api.paths, path)))
				checkHere(operation, await clientOf(quiet).getJson(operation.path), "in development")
		} finally {
			await quiet.stop()
		}
	})

	it("X2: says that a form is only shown, where it is", async () => {
		const shown = await startServer({
			settings: { registration: { readOnly: true, passwordConfirm: false } },
		})
		try {
			const described: ApiDocument = (await clientOf(shown).getJson("/openapi.json")).json
			const register = operationsOf(described).find(({ operation }) => operation.operationId === "register")
			const answer = await clientOf(shown).postJson("/register", registrationOf(somebody()))
			expect(answer.json.code).toBe("read_only")
			answerChecker(described)(register as DescribedOperation, answer, "")
			expect(
				inputOf(described, (register as DescribedOperation).operation)?.properties?.confirm_password,
			).toBeUndefined()
		} finally {
			await shown.stop()
		}
	})

	it("X2: tells the names that other systems use, and the default of no secret", () => {
		const { properties = {} } = inputOf(api, find("register").operation) ?? {}
		expect(properties.confirm_password).toMatchObject({
			format: "password",
			writeOnly: true,
			"x-aliases": ["password_confirm"],
		})
		expect(inputOf(api, find("signIn").operation)?.properties?.username?.["x-aliases"]).toEqual([
			"login",
			"email",
		])
		expect(JSON.stringify(api)).not.toMatch(/"secret"|"aliases"/)
	})
})

describe("every operation of the document", { timeout: WALK_MS }, () => {
	it("X2: does what it says, for a program and for a person", async () => {
		for (const described of operations) {
			const id = described.operation.operationId
			const byProgram = await send(described, await goodRequest(id, world))
			expect([id, byProgram.status, byProgram.text]).toEqual([id, successOf(described), byProgram.text])
			for (const door of described.operation.requestBody
				? [PERSON, { ...PERSON, type: MULTIPART }]
				: [PERSON]) {
				const byPerson = await send(described, await goodRequest(id, world), { door })
				const leadsOn = described.method !== "GET" && described.operation.responses[303] !== undefined
				expect([id, door, byPerson.status]).toEqual([id, door, leadsOn ? 303 : successOf(described)])
			}
		}
	})

	it("X2: is for whom it says", async () => {
		for (const described of operations.filter(isGuarded)) {
			const id = described.operation.operationId
			const request = await goodRequest(id, world)
			const before = rowsOf(server)
			for (const headers of strangers) {
				const stranger = await send(described, { ...request, headers })
				expect([id, stranger.status, stranger.json?.code]).toEqual([id, 401, "unauthenticated"])
			}
			const isForSuperusers = described.operation.tags.includes("All accounts")
			if (isForSuperusers) {
				const member = await send(described, { ...request, headers: { Cookie: world.member.cookie } })
				expect([id, member.status, member.json?.code]).toEqual([id, 403, "forbidden"])
			}
			expect(rowsOf(server)).toEqual(before)
		}
	})

	it("X2: takes a bearer token as well", async () => {
		const { username, password } = world.member.person
		const bearers = operations.filter(({ path }) => path.startsWith("/login/") && path !== "/login/cookie")
		for (const { path } of bearers) {
			const { json } = await clientOf(server).postJson(path, { username, password })
			const headers = { Authorization: `Bearer ${json.access_token}` }
			const account = await send(find("getAccount"), { headers })
			expect([path, account.json.user.username]).toEqual([path, username])
		}
	})
})

describe("every operation that takes fields", { timeout: WALK_MS }, () => {
	it("X2: refuses a field that is not as the document has it, under its name", async () => {
		for (const described of operations) {
			const { operationId: id } = described.operation
			const { properties = {}, required = [] } = inputOf(api, described.operation) ?? {}
			const names = Object.keys(properties).filter(
				(name) => name !== "redirect_to" && !LENIENT.has(`${id} ${name}`),
			)
			if (names.length === 0) continue
			const request = await goodRequest(id, world)
			const before = rowsOf(server)
			for (const name of names)
				for (const [what, value] of wrongValues(properties[name] ?? {}, required.includes(name))) {
					const body: Record<string, unknown> = { ...request.body, [name]: value }
					if (value === undefined) delete body[name]
					const refused = await send(described, request, { body, what: `${name} ${what}` })
					const told =
						refused.json?.code === "link_invalid" ? [name] : Object.keys(refused.json?.errors ?? {})
					expect([id, name, what, refused.status >= 400, told]).toEqual([
						id,
						name,
						what,
						true,
						expect.arrayContaining([name]),
					])
				}
			expect(rowsOf(server)).toEqual(before)
		}
	})

	it("H-40: sets nothing that it does not ask for", async () => {
		const columns = Object.keys(userRow(server, world.member.person.username))
		const superusers = () =>
			server.database.prepare(`SELECT count(*) FROM "User" WHERE superuser`).pluck().get()
		for (const described of operations.filter(({ operation }) => operation.requestBody)) {
			const { operationId: id } = described.operation
			const request = await goodRequest(id, world)
			const before = superusers()
			const asked = Object.keys(inputOf(api, described.operation)?.properties ?? {})
			const mark = `planted-${randomUUID()}`
			const planted = Object.fromEntries(
				[...columns, "emailVerifiedAt", "role", "isAdmin", "totpSecret", "verified", "superuser"]
					.filter((name) => !asked.includes(name))
					.map((name) => [name, name === "superuser" ? true : mark]),
			)
			const answer = await send(described, request, {
				body: { ...planted, ...request.body },
				what: "planted",
			})
			expect([id, answer.status < 300]).toEqual([id, true])
			expect([id, superusers()]).toEqual([id, before])
			expect([id, JSON.stringify(rowsOf(server).users).includes(mark)]).toEqual([id, false])
		}
	})

	it("X2: takes a field that is as long, or as short, as the document allows", async () => {
		for (const described of operations) {
			const { operationId: id } = described.operation
			const { properties = {} } = inputOf(api, described.operation) ?? {}
			for (const [name, schema] of Object.entries(properties))
				for (const value of longestAndShortest(schema)) {
					const request = await goodRequest(id, world)
					const answer = await send(described, request, {
						body: { ...request.body, [name]: value },
						what: name,
					})
					expect([id, name, value, answer.json?.errors?.[name]]).toEqual([id, name, value, undefined])
				}
		}
	})
})

describe("every operation that changes something", { timeout: WALK_MS }, () => {
	it("X2: refuses what cannot be read, and other sites, as the document says", async () => {
		for (const described of operations.filter(({ method }) => method !== "GET")) {
			const { operationId: id } = described.operation
			const request = await goodRequest(id, world)
			const before = rowsOf(server)
			const tries: [string, number, Parameters<typeof send>[2]][] = [
				["origin_refused", 403, { body: request.body ?? {}, headers: { "Sec-Fetch-Site": "cross-site" } }],
				["unsupported_media_type", 415, { body: "{}", door: { ...PROGRAM, type: "text/plain" } }],
				["malformed", 400, { body: "{" }],
				["too_large", 413, { body: { x: "x".repeat(config.server.maxBodyBytes) } }],
			]
			for (const [code, status, options] of tries) {
				// A body that is not described is not read.
				if (code === "malformed" && !described.operation.requestBody) continue
				const answer = await send(described, request, { ...options, what: code })
				expect([id, answer.status, answer.json?.code]).toEqual([id, status, code])
				const page = await send(described, request, {
					...options,
					door: { accept: "text/html", type: options?.door?.type ?? "application/json" },
					what: code,
				})
				expect([id, page.status]).toEqual([id, status])
			}
			expect(rowsOf(server)).toEqual(before)
		}
	})
})

/** What a schema does not allow, with a word for each. */
function wrongValues(schema: JsonSchema, isRequired: boolean): [what: string, value: unknown][] {
	const { minLength, maxLength, pattern, format, enum: options, anyOf } = schema as Record<string, unknown>
	const wrong: [string, unknown][] = [
		["as an object", { a: 1 }],
		["as a list", ["x"]],
		["as null", null],
	]
	if (isRequired) wrong.push(["missing", undefined])
	if (!anyOf) wrong.push(["as true", true])
	if (typeof minLength === "number") wrong.push(["too short", "x".repeat(minLength - 1)])
	if (typeof maxLength === "number") wrong.push(["too long", "x1".repeat(maxLength).slice(0, maxLength + 1)])
	if (typeof pattern === "string" && !new RegExp(pattern, "u").test("a b c"))
		wrong.push(["of other characters", "a b c"])
	if (format === "email") wrong.push(["no address", "ada"])
	if (options || anyOf) wrong.push(["of no known value", "maybe"])
	return wrong
}

/** What a schema just allows; not what a password's other rules may refuse. */
function longestAndShortest({ minLength, maxLength, format }: JsonSchema): string[] {
	if (typeof maxLength !== "number") return []
	if (format === "email") return [longAddress(maxLength)]
	const lengths = typeof minLength === "number" && minLength > 1 ? [minLength, maxLength] : [maxLength]
	return lengths.map(randomText)
}

/** Of labels that are short enough (RFC 1035, 2.3.4). */
function longAddress(length: number): string {
	const start = `${randomText(60)}@${"b1.".repeat((length - 64) / 3)}`
	return `${start}${"c".repeat(length - start.length)}`
}

/** Letters and digits in no order, so that no password is a weak one. */
function randomText(length: number): string {
	const letters = "abcdefghijkmnpqrstuvwxyz23456789"
	return Array.from({ length }, () => letters[Math.floor(Math.random() * letters.length)]).join("")
}
