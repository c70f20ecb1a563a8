import { spawn } from "node:child_process"
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { expectProblem, expectRefused, inputValue, postFormAndJson, textOf } from "../support/answers"
import { buildCopy } from "../support/build-copy"
import {
	type Answer,
	clientOf,
	type Person,
	registrationOf,
	sessionOf,
	signIn,
	somebody,
} from "../support/client"
import { copyProject } from "../support/copy.mjs"
import { followFieldsGuide } from "../support/fields-guide.mjs"
import { rowsOf, userRow } from "../support/rows"
import { startServer, type TestServer } from "../support/server"

/** A fork that follows docs/fields.md to the letter, and has a sign-in page of its own. */
const folder = copyProject()
const guide = readFileSync("docs/fields.md", "utf8")
const NAME = "The Porter's Lodge"
const TAGLINE = "Knock, and tell your name."
const HTML = { Accept: "text/html" }

const OWN_LOGIN_PAGE = `
export function LoginPage({ refused }) {
	return (
		<form method="post" id="ours">
			<h1>The porter's lodge</h1>
			{refused && <p>{refused.problem.detail}</p>}
			<input name="username" defaultValue={refused?.typed.username} />
			<input name="password" type="password" />
			<button>Knock</button>
		</form>
	)
}
`

let server: TestServer
/** The same fork, with the \`output\` of the guide. */
let terse: TestServer

beforeAll(async () => {
	const output = /^```ts\noutput: ([\s\S]*?),\n```/m.exec(guide)?.[1]
	followFieldsGuide(folder, (registration) =>
		registration.replace(
			/\t\},\n *\} satisfies Registration/,
			`pin: text("Enter a PIN.").optional().meta({ secret: true }) },
			output: process.env.FORK_OUTPUT ? ${output} : undefined } satisfies Registration`,
		),
	)
	const schema = `${folder}/prisma/schema.prisma`
	const columns = `plan String @default("")\n  pin String?`
	writeFileSync(schema, readFileSync(schema, "utf8").replace("model User {", `model User {\n  ${columns}`))
	const migration = `${folder}/prisma/migrations/sqlite/20991231000000_of_the_test`
	mkdirSync(migration)
	const sql = `ALTER TABLE "User" ADD COLUMN "plan" TEXT NOT NULL DEFAULT '';\nALTER TABLE "User" ADD COLUMN "pin" TEXT;`
	writeFileSync(`${migration}/migration.sql`, sql)
	const events = `${folder}/app/auth.events.server.ts`
	const type = `import type { User } from "./auth/user/user.server"`
	writeFileSync(events, `${type}\n${readFileSync(events, "utf8")}`)
	writeFileSync(`${folder}/app/pages/login.tsx`, OWN_LOGIN_PAGE)
	const config = readFileSync(`${folder}/app/auth.config.ts`, "utf8")
	const named = config
		.replace(/appName = ".*"/, `appName = "${NAME}"`)
		.replace("userDefaults: { active: true", `userDefaults: { active: true, plan: "trial"`)
		.replace(/tagline = ".*"/, `tagline = "${TAGLINE}"`)
	writeFileSync(`${folder}/app/auth.config.ts`, named)
	await buildCopy(folder)
	const settings = { verification: { enabled: false } }
	server = await startServer({ cwd: folder, settings })
	terse = await startServer({ cwd: folder, settings, env: { FORK_OUTPUT: "on" } })
}, 300_000)

afterAll(async () => {
	await server?.stop()
	await terse?.stop()
	rmSync(folder, { recursive: true, force: true })
})

/** Waits without holding this process up, whose connections would be closed meanwhile. */
async function admin(parameters: string[], input = ""): Promise<{ status: number; stderr: string }> {
	const env = { ...process.env, SECRET: server.secret, DATABASE_URL: server.databaseUrl }
	const child = spawn("node", ["bin/admin.mjs", ...parameters], { cwd: folder, env })
	let stderr = ""
	child.stderr.on("data", (chunk) => (stderr += chunk))
	child.stdin.end(input)
	return new Promise((resolve) => child.once("close", (status) => resolve({ status: status ?? 1, stderr })))
}

/** The label of a field on a page. */
function labelOf(page: Answer, name: string): string | undefined {
	return page.text.match(new RegExp(`<label for="[a-z-]+-${name}">([^<]*)</label>`))?.[1]
}

it("X2, R7: the fork's fields are in /openapi.json, as is what its output tells", async () => {
	const { schemas } = (await clientOf(server).getJson("/openapi.json")).json.components
	expect(schemas.RegisterInput.properties.display_name).toMatchObject({
		type: "string",
		maxLength: 80,
		title: "Display name",
	})
	expect(schemas.RegisterInput.required).toContain("display_name")
	expect(schemas.RegisterInput.required).not.toContain("newsletter")
	expect(Object.keys(schemas.UpdateAccountInput.properties)).toEqual([
		"username",
		"display_name",
		"newsletter",
		"pin",
	])
	expect(schemas.UpdateAccountInput.required).toBeUndefined()
	expect(Object.keys(schemas.User.properties)).toEqual(
		expect.arrayContaining(["display_name", "newsletter", "created_at"]),
	)
	expect(schemas.User.properties.display_name.type).toBe("string")
	const told = (await clientOf(terse).getJson("/openapi.json")).json.components.schemas.User
	expect(told).toMatchObject({ type: "object", properties: {} })
})

describe("docs/fields.md", () => {
	it("R7: the fields are on the register page, by the words of the schema", async () => {
		const page = await clientOf(server).get("/register", HTML)
		expect(labelOf(page, "display_name")).toBe("Display name")
		expect(page.text).toMatch(/<input[^>]*name="display_name"[^>]*>/)
		expect(page.text).toMatch(/autoComplete="name"/i)
		expect(textOf(page)).toContain("Others can see it.")
		expect(page.text).toMatch(/<input type="checkbox"[^>]*name="newsletter"/)
		expect(textOf(page)).toContain("Send me the newsletter")
	})

	it("R7: a program is told of them", async () => {
		const { fields } = (await clientOf(server).getJson("/register")).json
		expect(fields).toContainEqual({
			name: "display_name",
			type: "text",
			required: true,
			label: "Display name",
			hint: "Others can see it.",
			autocomplete: "name",
		})
		expect(fields).toContainEqual({
			name: "newsletter",
			type: "boolean",
			required: false,
			label: "Send me the newsletter",
		})
	})

	it("R7: what breaks a field's rules is refused, by form and JSON, and nothing is stored", async () => {
		const before = rowsOf(server)
		for (const display_name of [undefined, "", "x".repeat(81), "a\u0000b"]) {
			const sent: Record<string, string> = registrationOf(somebody())
			const { display_name: _, ...without } = sent
			const fields = { ...without, ...(display_name !== undefined && { display_name }) }
			const refused = await postFormAndJson(server, "/register", fields)
			expectRefused(refused, 422, "validation_failed")
			expect(Object.keys(refused.json.json.errors)).toEqual(["display_name"])
			expect(refused.form.text).toContain('id="register-display_name-error"')
		}
		expect(rowsOf(server)).toEqual(before)
	})

	it("R7: what is sent is stored, by form and JSON", async () => {
		const [byForm, byJson] = [somebody(), somebody()]
		const form = { ...registrationOf(byForm), display_name: "Ada L.", newsletter: "on" }
		expect((await clientOf(server).postForm("/register", form)).status).toBe(303)
		const json = { ...registrationOf(byJson), display_name: "Ada L.", newsletter: true }
		expect((await clientOf(server).postJson("/register", json)).status).toBe(201)
		for (const { username } of [byForm, byJson])
			expect(userRow(server, username)).toMatchObject({ display_name: "Ada L.", newsletter: 1 })
	})

	it("U2: an operator gives them too, and is told which are missing", async () => {
		const { username, email, password } = somebody()
		const create = (...fields: string[]) =>
			admin(["user:create", username, email, "--password-stdin", ...fields], password)
		expect((await create()).stderr).toBe("✗ display_name: Enter a name.\n")
		const created = await create("--field=display_name=Ada = Lovelace", "--field", "newsletter=true")
		expect([created.stderr, created.status]).toEqual(["", 0])
		expect(userRow(server, username)).toMatchObject({ display_name: "Ada = Lovelace", newsletter: 1 })
		// What a new account has without being asked, it has whoever made it.
		expect(userRow(server, username)).toMatchObject({ plan: "trial", active: 1 })
		const refused = await create("--field=display_name=Ada", "--field=pin=1234")
		expect(refused.stderr).toMatch(/^✗ Everybody on this machine could read pin here/)
	})

	it("U2: a file of users may have them, and what it leaves out is as for everybody else", async () => {
		const file = `${folder}/users.jsonl`
		const importLines = (...lines: object[]) => {
			writeFileSync(file, lines.map((line) => JSON.stringify(line)).join("\n"))
			return admin(["user:import", file])
		}
		const lineOf = ({ username, email }: Person) => {
			const password_hash = `pbkdf2_sha256$1000$salt$${"A".repeat(43)}=`
			return { username, email, password_hash, verified: true }
		}
		const [full, bare] = [somebody(), somebody()]
		const before = rowsOf(server)
		for (const display_name of ["", "x".repeat(81), "a\u0000b"]) {
			const { stderr } = await importLines({ ...lineOf(full), display_name })
			expect(stderr).toMatch(/^✗ Line 1, display_name: .*\n✗ Nothing was imported: a line is wrong\.\n$/)
		}
		expect(rowsOf(server)).toEqual(before)
		const given = { display_name: "Ada L.", newsletter: true }
		const imported = await importLines({ ...lineOf(full), ...given, active: false }, lineOf(bare))
		expect([imported.stderr, imported.status]).toEqual(["", 0])
		expect(userRow(server, full.username)).toMatchObject({
			display_name: "Ada L.",
			newsletter: 1,
			plan: "trial",
			active: 0,
		})
		expect(userRow(server, bare.username)).toMatchObject({ display_name: "", newsletter: 0, plan: "trial" })
	})

	it("R7: the account page shows them, and changes them, for people and programs", async () => {
		const person = somebody()
		const fields = { ...registrationOf(person), display_name: "Before", newsletter: true }
		await clientOf(server).postJson("/register", fields)
		const Cookie = sessionOf(await signIn(server, person)) ?? ""
		const client = clientOf(server)
		const page = await client.get("/account", { ...HTML, Cookie })
		expect(inputValue(page, "display_name")).toBe("Before")
		expect(labelOf(page, "display_name")).toBe("Display name")
		expect(page.text).toMatch(/<select[^>]*name="newsletter"[^>]*><option value="true" selected="">/)

		const sent = { username: person.username, display_name: "After", newsletter: "false" }
		expect((await client.postForm("/account", sent, { Cookie })).status).toBe(303)
		expect(userRow(server, person.username)).toMatchObject({ display_name: "After", newsletter: 0 })
		const changed = await patch({ newsletter: true }, Cookie)
		expect(changed.json.user).toMatchObject({ display_name: "After", newsletter: true })
		// What is not sent stays as it is, also where the field has a default.
		await patch({ display_name: "Later" }, Cookie)
		expect(userRow(server, person.username)).toMatchObject({ display_name: "Later", newsletter: 1 })
		expectProblem(await patch({ display_name: "" }, Cookie), 422, "validation_failed")
	})
})

function patch(fields: object, Cookie: string): Promise<Answer> {
	const headers = { "Content-Type": "application/json", Cookie }
	return clientOf(server).send("/account", { method: "PATCH", headers, body: JSON.stringify(fields) })
}

describe("registration.output", () => {
	it("R10: is what programs are told of an account, wherever they are told of it", async () => {
		const person = somebody()
		const fields = { ...registrationOf(person), display_name: "Ada" }
		const registered = await clientOf(terse).postJson("/register", fields)
		const { id } = userRow(terse, person.username)
		const expected = { id, username: person.username, since: new Date().getFullYear() }
		expect(registered.json.user).toEqual(expected)
		const signedIn = await signIn(terse, person)
		expect(signedIn.json.user).toEqual(expected)
		const Cookie = sessionOf(signedIn) ?? ""
		for (const path of ["/account", "/"])
			expect((await clientOf(terse).getJson(path, { Cookie })).json.user).toEqual(expected)
		terse.database.prepare(`UPDATE "User" SET superuser = true WHERE id = ?`).run(id)
		expect((await clientOf(terse).getJson("/users", { Cookie })).json.users).toEqual([expected])
		expect((await clientOf(terse).getJson(`/users/${id}`, { Cookie })).json.user).toEqual(expected)
		// Pages go on as they are.
		expect(textOf(await clientOf(terse).get("/account", { ...HTML, Cookie }))).toContain(person.email)
		expect(textOf(await clientOf(terse).get("/users", { ...HTML, Cookie }))).toContain(person.email)
	})
})

it("appName, tagline: are on pages, and told to search engines", async () => {
	const home = await clientOf(server).get("/", HTML)
	expect(textOf(home)).toContain(NAME)
	expect(textOf(home)).toContain(TAGLINE)
	expect(home.text).toContain(`<meta name="description" content="${TAGLINE}"/>`)
	expect(home.text).toMatch(/<title>Welcome · The Porter(?:'|&#x27;)s Lodge<\/title>/)
})

describe("a page of one's own", () => {
	it("R3: takes the place of ours; what it does stays", async () => {
		const page = await clientOf(server).get("/login", HTML)
		expect(textOf(page)).toContain("The porter's lodge")
		expect(textOf(page)).not.toContain("Forgot it?")
		const person = somebody()
		const fields = { ...registrationOf(person), display_name: "Ada" }
		await clientOf(server).postJson("/register", fields)
		const { username, password } = person
		const wrong = await clientOf(server).postForm("/login", { username, password: "not the password" })
		expect(wrong.status).toBe(401)
		expect(textOf(wrong)).toContain("That user name, e-mail or password isn't right.")
		expect(inputValue(wrong, "username")).toBe(username)
		const right = await clientOf(server).postForm("/login", { username, password })
		expect([right.status, right.headers.get("Location")]).toEqual([303, "/"])
		expect(sessionOf(right)).toBeDefined()
	})
})
