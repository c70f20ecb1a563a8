import { spawn } from "node:child_process"
import { pbkdf2Sync, randomBytes } from "node:crypto"
import { existsSync, mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { beforeAll, describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import { clientOf, newSession, ownFieldsOf, type Person, signIn, somebody } from "../support/client"
import { rowsOf, userRow } from "../support/rows"
import { serverFixture } from "../support/server-fixture"

/** What who is not verified yet is told at signing in. */
const UNVERIFIED = config.verification.enabled ? "not_verified" : undefined

const { server } = serverFixture()
const folder = mkdtempSync(join(tmpdir(), "gatehouse-admin-"))

type Result = { status: number | null; stdout: string; stderr: string }

/** The command as an operator types it, beside the running server. */
function admin(parameters: string[], input = "", variables: Record<string, string> = {}): Promise<Result> {
	const { PATH } = process.env
	const DATABASE_URL = server.databaseUrl
	const env = { PATH, NODE_ENV: "production" as const, SECRET: server.secret, DATABASE_URL, ...variables }
	const child = spawn(process.execPath, ["bin/admin.mjs", ...parameters], { env })
	let stdout = ""
	let stderr = ""
	child.stdout.on("data", (chunk) => (stdout += chunk))
	child.stderr.on("data", (chunk) => (stderr += chunk))
	// A command that reads nothing may be gone before it could.
	child.stdin.on("error", () => {})
	child.stdin.end(input)
	return new Promise((resolve) => child.once("close", (status) => resolve({ status, stdout, stderr })))
}

async function create(person = somebody(), ...options: string[]) {
	const parameters = ["user:create", person.username, person.email, "--password-stdin", "--json"]
	parameters.push(...fieldOptions(person), ...options)
	return { person, result: await admin(parameters, `${person.password}\n`) }
}

/** What a fork asks for besides. */
function fieldOptions(person: Person): string[] {
	return Object.entries(ownFieldsOf(person)).map(([name, value]) => `--field=${name}=${value}`)
}

describe("U2: npm run admin", () => {
	it("makes no database where somebody only looks", async () => {
		const file = join(folder, "misspelt.db")
		for (const parameters of [
			["user:list"],
			["user:promote", "ada"],
			["database:backup", join(folder, "copy.db")],
		]) {
			const { status, stderr } = await admin(parameters, "", { DATABASE_URL: `file:${file}` })
			expect([status, stderr]).toEqual([1, `✗ There is no database at ${file}.\n`])
		}
		expect(existsSync(file)).toBe(false)
	})

	it("creates somebody who can sign in, and the first superuser", async () => {
		const { person, result } = await create()
		expect([result.status, result.stderr]).toEqual([0, ""])
		const flags = { verified: true, active: true, superuser: false }
		expect(JSON.parse(result.stdout)).toMatchObject({
			username: person.username,
			email: person.email,
			...flags,
		})
		expect((await signIn(server, person)).status).toBe(200)
		const boss = await create(somebody(), "--superuser")
		const cookie = await newSession(server, boss.person)
		expect((await clientOf(server).getJson("/users", { Cookie: cookie })).status).toBe(200)
		const waiting = await create(somebody(), "--unverified")
		expect((await signIn(server, waiting.person)).json.code).toBe(UNVERIFIED)
	})

	it("refuses in one line, and leaves everything as it was", async () => {
		const { person } = await create()
		const before = rowsOf(server)
		const weak = await admin(["user:create", "somebody", "s@example.org", "--password-stdin"], "password\n")
		const refused: [Result, RegExp][] = [
			[(await create(person)).result, /username: This user name is taken/],
			[(await create({ ...somebody(), email: person.email })).result, /email: This address/],
			[weak, /^✗ password: /],
			[
				await admin(["user:create", "a b", "x", "--password-stdin"], "\n"),
				/^✗ username: .* email: .* password: /,
			],
			[await admin(["user:create", "somebody", "s@example.org"]), /--password-stdin/],
			[await admin(["user:create", "somebody"]), /--help/],
			[(await create(somebody(), "--field=nonsense=1")).result, /asks for no field nonsense/],
			[(await create(somebody(), "--field=__proto__=1")).result, /asks for no field __proto__/],
			[(await create(somebody(), "--field")).result, /--field/],
			[await admin(["user:promote", "nobody-here"]), /^✗ There is no account nobody-here\.$/],
			[await admin(["user:explode"]), /no command user:explode/],
			[await admin([]), /Which command/],
			[await admin(["user:list", "--nonsense"]), /nonsense/],
			[await admin(["user:import", "/nowhere.jsonl"]), /^✗ \/nowhere\.jsonl cannot be read \(ENOENT\)\.$/],
			[await admin(["user:list"], "", { SECRET: "" }), /^✗ SECRET is missing/],
			[
				await admin(["user:import", "/dev/null"], "", { DATABASE_URL: "file:/proc/x.db" }),
				/^✗ DATABASE_URL: /,
			],
		]
		for (const [{ status, stdout, stderr }, sentence] of refused) {
			expect([status, stdout], stderr).toEqual([1, ""])
			expect(stderr.trim()).toMatch(sentence)
			expect(stderr.trim().split("\n"), stderr).toHaveLength(1)
		}
		expect(rowsOf(server)).toEqual(before)
	})

	it("promotes, deactivates and lists; the last active superuser is safe", async () => {
		const { person } = await create()
		expect((await admin(["user:promote", person.email])).stdout).toBe(`${person.username} is a superuser.\n`)
		const cookie = await newSession(server, person)
		const { json } = await clientOf(server).getJson("/users?page_size=100", { Cookie: cookie })
		const others = json.users.filter(
			(user: { username: string; superuser: boolean }) => user.superuser && user.username !== person.username,
		)
		for (const { username } of others) expect((await admin(["user:deactivate", username])).status).toBe(0)
		const last = await admin(["user:deactivate", person.username])
		expect([last.status, last.stderr]).toEqual([1, expect.stringContaining("last active superuser")])
		const listed = (await admin(["user:list", person.username, "--json"])).stdout
		expect(JSON.parse(listed)).toMatchObject({ username: person.username, superuser: true, active: true })
		expect((await admin(["user:list", person.username])).stdout).toBe(
			`${person.username}\t${person.email}\tsuperuser\n`,
		)
		expect(listed).not.toMatch(/hash|argon2/)
	})

	it("who is deactivated cannot undo it by what she has sent already", async () => {
		const rogue = (await create(somebody(), "--superuser")).person
		await create(somebody(), "--superuser")
		const headers = { Cookie: await newSession(server, rogue), "Content-Type": "application/json" }
		const { id } = userRow(server, rogue.username)
		const body = JSON.stringify({ superuser: true, active: true })
		const promoteOneself = async () => {
			let status = 200
			while (status === 200)
				status = (await clientOf(server).send(`/users/${id}`, { method: "PATCH", headers, body })).status
			return status
		}
		const loops = Array.from({ length: 4 }, promoteOneself)
		expect((await admin(["user:deactivate", rogue.username])).status).toBe(0)
		expect(await Promise.all(loops)).toEqual([401, 401, 401, 401])
		expect(userRow(server, rogue.username)).toMatchObject({ active: 0 })
		expect((await signIn(server, rogue)).status).toBe(401)
	})

	it("shows what it can do", async () => {
		const { status, stdout } = await admin(["--help"])
		expect(status).toBe(0)
		for (const command of [
			"user:create",
			"user:promote",
			"user:deactivate",
			"user:list",
			"user:import",
			"sessions:clean",
		])
			expect(stdout).toContain(command)
	})

	it("asks for the password on a terminal without showing it", async () => {
		const person = somebody()
		const fields = fieldOptions(person).map((option) => `'${option}'`)
		const command = [process.execPath, "bin/admin.mjs user:create", person.username, person.email, ...fields]
		const child = spawn("script", ["-qec", command.join(" "), "/dev/null"], {
			env: {
				...process.env,
				SECRET: server.secret,
				DATABASE_URL: server.databaseUrl,
				NODE_ENV: "production",
			},
		})
		let output = ""
		child.stdout.on("data", (chunk) => {
			output += chunk
			if (/Password: $/.test(output)) child.stdin.write(`${person.password}x\u007f\r`)
		})
		await new Promise((resolve) => child.once("exit", resolve))
		expect(output).toContain("can sign in")
		expect(output).not.toContain(person.password)
		expect((await signIn(server, person)).status).toBe(200)
	})
})

it("S7: sessions:clean removes what has expired, and tells how much", async () => {
	const { person } = await create()
	await newSession(server, person)
	const kept = await newSession(server, person)
	const past = new Date(Date.now() - 1000).toISOString()
	server.database
		.prepare(
			`UPDATE "Session" SET "expiresAt" = ? WHERE id = (SELECT id FROM "Session" WHERE "userId" = ? LIMIT 1)`,
		)
		.run(past, userRow(server, person.username).id)
	expect(JSON.parse((await admin(["sessions:clean", "--json"])).stdout)).toMatchObject({ sessions: 1 })
	expect((await admin(["sessions:clean"])).stdout).toBe("Removed: 0 sessions, 0 registrations, 0 mails.\n")
	expect(kept).toBeTruthy()
})

describe("user:import", () => {
	const password = "correct horse battery"
	/** As Django makes it. */
	let hash: string
	beforeAll(() => {
		const salt = randomBytes(11).toString("hex")
		hash = `pbkdf2_sha256$1000$${salt}$${pbkdf2Sync(password, salt, 1000, 32, "sha256").toString("base64")}`
	})

	const line = (fields: Record<string, unknown> = {}) => {
		const { username, email } = somebody()
		return { username, email, password_hash: hash, verified: true, ...fields }
	}
	function importFile(lines: (object | string)[], ...options: string[]) {
		const file = join(folder, `${randomBytes(4).toString("hex")}.jsonl`)
		const text = lines.map((value) => (typeof value === "string" ? value : JSON.stringify(value)))
		writeFileSync(file, `${text.join("\n")}\n`)
		return admin(["user:import", file, ...options])
	}

	it("takes users over, with their passwords", async () => {
		const time = "2020-02-03T04:05:06Z"
		const [one, two, three] = [
			line({ created_at: time, superuser: true }),
			line({ active: false }),
			line({ verified: false }),
		]
		// As some programs write it: with a mark of its encoding.
		const first = `\ufeff${JSON.stringify(one)}`
		const { status, stdout, stderr } = await importFile([first, "", two, three])
		expect([status, stdout, stderr]).toEqual([0, "Imported 3 users.\n", ""])
		const answer = await signIn(server, { username: one.username, password })
		expect(answer.json.user).toMatchObject({ verified: true, superuser: true })
		expect(Date.parse(answer.json.user.created_at)).toBe(Date.parse(time))
		expect((await signIn(server, { username: two.username, password })).status).toBe(401)
		expect((await signIn(server, { username: three.username, password })).json.code).toBe(UNVERIFIED)
		const owned = config.verification.enabled ? null : three.email
		expect(userRow(server, three.username)).toMatchObject({ unprovenUntil: null, ownedEmailKey: owned })
		expect(userRow(server, one.username)).toMatchObject({ ownedEmailKey: one.email })
	})

	it("takes all or nothing, and reports by line", async () => {
		const { person } = await create()
		const good = line()
		const before = rowsOf(server)
		const lines = [
			good,
			"{",
			"[]",
			line({ username: "a b", email: "x" }),
			line({ password_hash: "plain text" }),
			line({ password_hash: `pbkdf2_sha256$9000000$salt$${"a".repeat(44)}` }),
			line({ username: good.username.toUpperCase() }),
			line({ email: good.email }),
			line({ username: person.username }),
			line({ email: person.email }),
			line({ is_staff: true, verified: "yes" }),
			line({ created_at: "yesterday" }),
			line({ created_at: "9999-12-31T23:59:59-14:00" }),
			line({ created_at: "0001-01-01T00:00:00+14:00" }),
			line({ verified: "yes" }),
			line({ password_hash: undefined }),
		]
		const result = await importFile(lines, "--json")
		expect(result.status).toBe(1)
		const { ok, wrong, lines: told } = JSON.parse(result.stdout)
		expect([ok, wrong]).toEqual([false, lines.length - 1])
		const fields = told.map(({ line, errors }: { line: number; errors: object }) => [
			line,
			...Object.keys(errors),
		])
		expect(fields).toEqual([
			[2, "line"],
			[3, "line"],
			[4, "username", "email"],
			[5, "password_hash"],
			[6, "password_hash"],
			[7, "username"],
			[8, "email"],
			[9, "username"],
			[10, "email"],
			[11, "verified", "line"],
			[12, "created_at"],
			[13, "created_at"],
			[14, "created_at"],
			[15, "verified"],
			[16, "password_hash"],
		])
		const { stderr, stdout } = await importFile(lines)
		expect(stdout).toBe("")
		expect(stderr).toContain("✗ Line 2: This isn't a JSON object on one line.\n")
		expect(stderr).toContain(`✗ Nothing was imported: ${lines.length - 1} lines are wrong.\n`)
		expect(stderr).not.toContain(hash)
		expect(rowsOf(server)).toEqual(before)
	})
})
