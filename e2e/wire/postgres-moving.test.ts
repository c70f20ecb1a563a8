import { execFile } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import pg from "pg"
import { afterAll, expect, inject, it } from "vitest"
import { signIn } from "../support/client"
import { makePostgresDatabase } from "../support/postgres-database"
import { serverFixture } from "../support/server-fixture"

const { server } = serverFixture()
const folder = mkdtempSync(join(tmpdir(), "gatehouse-moving-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const LIGATURE = "Caf\u00e9 au lait \ufb01ne"

/** Of each system: its own tables with somebody in them, and how that somebody signs in here. */
const systems = [
	{
		name: "Django",
		tables: `CREATE TABLE auth_user (id serial PRIMARY KEY, password varchar(128) NOT NULL, last_login timestamptz,
			is_superuser boolean NOT NULL, username varchar(150) NOT NULL UNIQUE, first_name varchar(150) NOT NULL,
			last_name varchar(150) NOT NULL, email varchar(254) NOT NULL, is_staff boolean NOT NULL,
			is_active boolean NOT NULL, date_joined timestamptz NOT NULL);
			INSERT INTO auth_user VALUES (1, 'pbkdf2_sha256$10000$seasalt$FQCNpiZpTb0zub+HBsH6TOwyRxJ19FwvjbweatNmK/Y=',
			NULL, true, 'django-ada', '', '', 'ada@django.example', true, true, '2020-01-31 12:00:00+02')`,
		identifier: "django-ada",
		password: "letmein",
		user: { email: "ada@django.example", superuser: true, created_at: "2020-01-31T10:00:00.000Z" },
	},
	{
		name: "piccolo",
		tables: `CREATE TABLE piccolo_user (id serial PRIMARY KEY, username varchar(100) NOT NULL UNIQUE,
			password varchar(255) NOT NULL, first_name varchar(255), last_name varchar(255), email varchar(255) UNIQUE,
			active boolean NOT NULL, admin boolean NOT NULL, superuser boolean NOT NULL, last_login timestamp);
			INSERT INTO piccolo_user VALUES (1, 'piccolo-ada',
			'pbkdf2_sha256$10000$0f1e2d3c4b5a69788796a5b4c3d2e1f0$e9db70a183fd6e911aad769b15447d9565401f76df45c58d928c3b7214994f08',
			NULL, NULL, 'ada@piccolo.example', true, true, false, NULL)`,
		identifier: "piccolo-ada",
		password: "correct horse battery",
		user: { email: "ada@piccolo.example", superuser: false },
	},
	{
		name: "fastapi-users",
		tables: `CREATE TABLE "user" (id uuid PRIMARY KEY, email varchar(320) NOT NULL UNIQUE,
			hashed_password varchar(1024) NOT NULL, is_active boolean NOT NULL, is_superuser boolean NOT NULL,
			is_verified boolean NOT NULL);
			INSERT INTO "user" VALUES ('0b9f6f1e-7a53-4a3e-9a5c-0f6b7f6f0c1d', 'ada@fastapi.example',
			'$2a$06$.rCVZVOThsIa97pEDOxvGuRRgzG64bvtJ0938xuqzv18d3ZpQhstC', true, false, true)`,
		identifier: "ada@fastapi.example",
		password: "abcdefghijklmnopqrstuvwxyz",
		user: { email: "ada@fastapi.example", superuser: false },
	},
	{
		name: "better-auth",
		tables: `CREATE TABLE "user" (id text PRIMARY KEY, name text NOT NULL, email text NOT NULL UNIQUE,
			"emailVerified" boolean NOT NULL, image text, "createdAt" timestamptz NOT NULL, "updatedAt" timestamptz NOT NULL);
			CREATE TABLE account (id text PRIMARY KEY, "accountId" text NOT NULL, "providerId" text NOT NULL,
			"userId" text NOT NULL REFERENCES "user", password text, "createdAt" timestamptz NOT NULL);
			INSERT INTO "user" VALUES ('u1', 'Ada', 'ada@better.example', true, NULL, '2024-05-06 07:08:09Z', now());
			INSERT INTO account VALUES ('a1', 'u1', 'credential', 'u1',
			'9064c83b43e8ed16ef36c06f6ad1e02d:ab19d958e5d36ef19a4a1f0b5dd16c1cdfff0158e158052db3b223c74650739f8c28753342b3d284a78645790ef745d089c2278f4c32438bb97914f0ef6ec436',
			now()), ('a2', 'gh', 'github', 'u1', NULL, now())`,
		identifier: "ada@better.example",
		password: LIGATURE,
		user: { email: "ada@better.example", created_at: "2024-05-06T07:08:09.000Z" },
	},
	{
		name: "Lucia",
		tables: `CREATE TABLE "user" (id text PRIMARY KEY, username text NOT NULL, email text NOT NULL,
			password_hash text NOT NULL);
			INSERT INTO "user" VALUES ('u1', 'lucia-ada', 'ada@lucia.example',
			'c58ed3095846848a18777273fb6ea8e9:e864573c2fe87b03089e424ac129d3d45a9a36cff6a04eb96bc07d0b3d3170ca62f254ac7c4b18b07da812f1e3831dd9e2a5b22c4ce1dc46c81fe64f6e32d0d0')`,
		identifier: "lucia-ada",
		password: LIGATURE,
		user: { email: "ada@lucia.example" },
	},
]

/** The query that docs/moving.md has for this system. */
function queryFor(system: string): string {
	const text = readFileSync("docs/moving.md", "utf8")
	const [, query] = new RegExp(`^\\*\\*${system}\\*\\*[^]*?\`\`\`sql\\n([^]*?)\`\`\``, "m").exec(text) ?? []
	if (!query) throw new Error(`docs/moving.md has no query for ${system}.`)
	return query
}

it.each(systems)(
	"people of $name are brought along as docs/moving.md says",
	async ({ name, tables, identifier, password, user }) => {
		const client = new pg.Client(await makePostgresDatabase(inject("postgresUrl") ?? ""))
		await client.connect()
		await client.query(tables)
		const { rows } = await client.query(queryFor(name)).finally(() => client.end())
		const file = join(folder, `${name}.jsonl`)
		writeFileSync(file, rows.map((row) => `${JSON.stringify(row.json_build_object)}\n`).join(""))
		const { PATH } = process.env
		const env = {
			PATH,
			NODE_ENV: "production" as const,
			SECRET: server.secret,
			DATABASE_URL: server.databaseUrl,
		}
		await promisify(execFile)(process.execPath, ["bin/admin.mjs", "user:import", file], { env })

		const answer = await signIn(server, { username: identifier, password })
		expect(answer.status).toBe(200)
		expect(answer.json.user).toMatchObject({ verified: true, active: true, ...user })
	},
)
