import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { ApiDocument } from "../../app/http/api/openapi.server"
import { newAccount } from "../support/accounts"
import { expectProblem, expectRefused, getPageAndJson, inputValue, postFormAndJson } from "../support/answers"
import { answerChecker, type DescribedOperation, operationsOf } from "../support/api-document"
import { buildCopy } from "../support/build-copy"
import { clientOf, registerVerified, sessionOf, signIn, somebody } from "../support/client"
import { copyProject } from "../support/copy.mjs"
import { rowsOf } from "../support/rows"
import { startServer, type TestServer } from "../support/server"
import { mailboxFixture } from "../support/server-fixture"

const KEY = "the key of the reports"
const EVENTS = "app/auth.events.server.ts"
const OPERATIONS = "app/http/api/operations.server.ts"
/** What an example uses, and a fork may have taken out. */
const BEARER = `import { bearer } from "./auth/backend/bearer.server"`

const mailbox = mailboxFixture()
const folder = copyProject()
const guide = readFileSync("docs/pages.md", "utf8")
let server: TestServer

beforeAll(async () => {
	writeFileSync(`${folder}/${EVENTS}`, forkedCode())
	// Who has followed the page already has no need to do so twice.
	if (!existsSync("app/routes/notes.tsx")) {
		addNotes()
		describeNotes()
	}
	await buildCopy(folder)
	server = await startServer({ cwd: folder, env: { SMTP_URL: mailbox.url } })
}, 300_000)

afterAll(async () => {
	await server?.stop()
	rmSync(folder, { recursive: true, force: true })
})

/** The page and the table of docs/pages.md. */
function addNotes(): void {
	const [model = ""] = blocksOf("prisma")
	const [logic] = blocksOf("ts")
	const [route, page] = blocksOf("tsx")
	const [line = ""] = /route\("notes".*\),/.exec(guide) ?? []
	edit("prisma/schema.prisma", "model User {", `${model}\nmodel User {\n  notes Note[]`)
	write("prisma/migrations/sqlite/20990101000000_notes/migration.sql", blocksOf("sql")[0])
	write("app/notes/notes.server.ts", logic)
	write("app/routes/notes.tsx", route)
	write("app/pages/notes.tsx", page)
	edit("app/routes.ts", 'route("healthz"', `${line}\n\troute("healthz"`)
}

/** Their place in `/openapi.json`. */
function describeNotes(): void {
	const [, operations] = blocksOf("ts")
	write("app/http/api/operations/notes.server.ts", operations)
	edit(OPERATIONS, "service, development]", "service, development, notes]")
	edit(OPERATIONS, "import", 'import { notes } from "./operations/notes.server"\nimport')
}

function blocksOf(language: string): string[] {
	const blocks = guide.matchAll(new RegExp(`^ {3}\`\`\`${language}\\n([\\s\\S]*?)^ {3}\`\`\`$`, "gm"))
	return [...blocks].map(([, block = ""]) => block.replace(/^ {3}/gm, ""))
}

function write(file: string, text = ""): void {
	mkdirSync(dirname(`${folder}/${file}`), { recursive: true })
	writeFileSync(`${folder}/${file}`, text)
}

function edit(file: string, from: string, to: string): void {
	const before = readFileSync(`${folder}/${file}`, "utf8")
	expect(before).toContain(from)
	write(file, before.replace(from, to))
}

/** The pages' examples instead of what stands there, with a key whose hash is known; what they do not replace stays. */
function forkedCode(): string {
	const shipped = readFileSync(EVENTS, "utf8")
	const imports = new Set([...(shipped.match(/^import .*$/gm) ?? []), BEARER])
	const examples = ["docs/hooks-and-events.md", "docs/backends.md"]
		.flatMap((page) =>
			[...readFileSync(page, "utf8").matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code]) => code),
		)
		.join("\n")
	const others = [...shipped.matchAll(/^export const (\w+)[\s\S]*?(?=^\/\*\*|^\/\/|(?![\s\S]))/gm)]
		.filter(([, name]) => !examples.includes(`export const ${name}`))
		.map(([code]) => code)
	const hash = createHash("sha256").update(KEY).digest("hex")
	return [...imports, examples, ...others].join("\n").replace("0f4a…", hash)
}

describe("docs/hooks-and-events.md", () => {
	it("S5: a hook refuses before the password, by page and JSON: no session, no cookie", async () => {
		const before = rowsOf(server)
		const credentials = { username: "ada.old", password: somebody().password }
		const refused = await postFormAndJson(server, "/login", credentials)
		expectRefused(refused, 403, "hook_refused")
		expect(refused.json.json.detail).toBe("This name was retired. Use your new one.")
		expect(rowsOf(server)).toEqual(before)
	})

	it("S5: a hook refuses after the right password, and never after a wrong one", async () => {
		const person = await registerVerified(server, mailbox)
		server.database.prepare(`UPDATE "User" SET superuser = true WHERE username = ?`).run(person.username)
		const before = rowsOf(server)
		const { username, password } = person
		for (const path of ["/login", "/login/bearer", "/login/api-key"]) {
			const json = await clientOf(server).postJson(path, { username, password })
			expectProblem(json, 403, "hook_refused")
			expect(json.json.detail).toBe("Administrators sign in from the office.")
		}
		expectRefused(await postFormAndJson(server, "/login", { username, password }), 403, "hook_refused")
		const wrong = { username, password: "not the password" }
		expectRefused(await postFormAndJson(server, "/login", wrong), 401, "credentials_invalid")
		expect(rowsOf(server)).toEqual(before)
		const office = await clientOf(server, "10.0.0.7").postJson("/login", { username, password })
		expect([office.status, sessionOf(office) !== undefined]).toEqual([200, true])
	})

	it("S5: a hook speaks after a wrong password", async () => {
		const refused = await postFormAndJson(server, "/login", { username: "root", password: "toor toor" })
		expectRefused(refused, 403, "hook_refused")
		expect(refused.json.json.detail).toBe("There is no root here.")
	})

	it("E1: a handler that cannot do its work is logged, and changes no answer", async () => {
		const person = await registerVerified(server, mailbox)
		await expect.poll(() => server.output()).toContain("handler.failed")
		expect(existsSync(`${folder}/data/registered.txt`)).toBe(false)
		expect((await signIn(server, person)).status).toBe(200)
	})

	it("E1: a handler is told of a registration once, with the user and the address", async () => {
		mkdirSync(`${folder}/data`, { recursive: true })
		const person = await registerVerified(server, mailbox)
		const file = `${folder}/data/registered.txt`
		const told = () =>
			(existsSync(file) ? readFileSync(file, "utf8") : "")
				.split("\n")
				.filter((line) => line.startsWith(person.username))
		await expect.poll(told, { timeout: 20_000 }).toHaveLength(1)
		expect(told()[0]).toMatch(/^\w+ 10\.[0-9.]+$/)
	})
})

describe("docs/backends.md", () => {
	it("B5: a back end of a fork's own is known by its header, on every route", async () => {
		const reports = await registerVerified(server, mailbox, { ...somebody(), username: "reports" })
		const client = clientOf(server)
		const account = await client.getJson("/account", { "X-Api-Key": KEY })
		expect([account.status, account.json.user.email]).toEqual([200, reports.email])
		expect(account.json.session.backend).toBe("api-key")
		expect((await client.getJson("/", { "X-Api-Key": KEY })).json.user.username).toBe("reports")
		for (const wrong of ["", "x", KEY.toUpperCase()])
			expectProblem(await client.getJson("/account", { "X-Api-Key": wrong }), 401, "unauthenticated")
	})

	it("B5: it signs nobody in by a password, as it hands out nothing", async () => {
		const person = await registerVerified(server, mailbox)
		const { username, password } = person
		const before = rowsOf(server)
		expectProblem(
			await clientOf(server).postJson("/login/api-key", { username, password }),
			401,
			"credentials_invalid",
		)
		expect(rowsOf(server)).toEqual(before)
	})

	it("B1: a back end that the list lacks is nowhere", async () => {
		const { username, password } = await registerVerified(server, mailbox)
		const post = (name: string) => clientOf(server).postJson(`/login/${name}`, { username, password })
		expectProblem(await post("jwt"), 404, "not_found")
		expect((await post("bearer")).status).toBe(200)
	})
})

describe("docs/pages.md", () => {
	const HTML = { Accept: "text/html" }

	it("the page is for who is signed in, by page and JSON", async () => {
		const { form, json } = await getPageAndJson(server, "/notes")
		expect([form.status, form.headers.get("Location")]).toEqual([303, "/login?redirect_to=%2Fnotes"])
		expectProblem(json, 401, "unauthenticated")
		expectProblem(await clientOf(server).postJson("/notes", { text: "Milk" }), 401, "unauthenticated")
	})

	it("rows are written by form and JSON, and shown to nobody else", async () => {
		const { cookie: Cookie } = await newAccount(server, mailbox)
		const client = clientOf(server)
		const json = await client.postJson("/notes", { text: "Buy milk." }, { Cookie })
		expect([json.status, json.json.note.text]).toEqual([201, "Buy milk."])
		const form = await client.postForm("/notes", { text: "Sell <milk>." }, { Cookie })
		expect([form.status, form.headers.get("Location")]).toEqual([303, "/notes"])
		const { notes } = (await client.getJson("/notes", { Cookie })).json
		expect(notes.map(({ text }: { text: string }) => text)).toEqual(["Sell <milk>.", "Buy milk."])
		const page = await client.get("/notes", { ...HTML, Cookie })
		expect([page.status, page.text.includes("Sell &lt;milk&gt;.")]).toEqual([200, true])
		const stranger = await newAccount(server, mailbox)
		expect((await client.getJson("/notes", { Cookie: stranger.cookie })).json.notes).toEqual([])
	})

	it("what is wrong is told at its field, and kept", async () => {
		const { cookie: Cookie } = await newAccount(server, mailbox)
		for (const [text, sentence] of [
			["", "Write something."],
			["x".repeat(2001), "Use at most 2,000 characters."],
		] as const) {
			const refused = await postFormAndJson(server, "/notes", { text }, { Cookie })
			expectRefused(refused, 422, "validation_failed")
			expect(refused.json.json.errors).toEqual({ text: [sentence] })
			expect(inputValue(refused.form, "text") ?? "").toBe(text)
		}
	})

	it("the description of the API has it", async () => {
		const api: ApiDocument = (await clientOf(server).getJson("/openapi.json")).json
		const { cookie: Cookie } = await newAccount(server, mailbox)
		const check = answerChecker(api)
		const [list, add] = operationsOf(api).filter(({ path }) => path === "/notes") as [
			DescribedOperation,
			DescribedOperation,
		]
		check(list, await clientOf(server).getJson("/notes", { Cookie }), "list")
		check(add, await clientOf(server).postJson("/notes", { text: "Buy milk." }, { Cookie }), "add")
		check(add, await clientOf(server).postJson("/notes", {}, { Cookie }), "nothing")
	})
})
