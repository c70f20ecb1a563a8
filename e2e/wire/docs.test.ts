import { execFileSync } from "node:child_process"
import { existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { checkStoredHash } from "../../app/auth/password/stored-hash.js"
import { freshAddress, type Person, registerVerified } from "../support/client"
import { serverFixture } from "../support/server-fixture"
import { TOKEN_BACKENDS } from "../support/token-backends"

/**
 * Every command that the docs tell people to type is run: here, by the test that is named, or there is a reason why
 * not.
 */
const { server, mailbox } = serverFixture()

const pages = [
	"README.md",
	"AGENTS.md",
	"CHANGELOG.md",
	...["docs", "docs/decisions"].flatMap((folder) => readdirSync(folder).map((name) => `${folder}/${name}`)),
].filter((path) => path.endsWith(".md"))

type Claim = { runBy: string } | { notRun: string } | "run here"

const claims: [command: string | RegExp, claim: Claim][] = [
	["npm run dev", { runBy: "e2e/wire/dev.test.ts" }],
	["npm test", { runBy: ".ci/run" }],
	["npm run check", { runBy: ".ci/run" }],
	["npm ci", { runBy: "bin/setup.mjs" }],
	[/^(token=\$\()?curl (-s )?localhost:3000/, "run here"],
	[/^npm run admin -- /, { runBy: "e2e/wire/admin.test.ts" }],
	[/^node -e .*makeHash/, { runBy: "e2e/wire/docs.test.ts" }],
	[/^git (remote add|fetch|merge) /, { notRun: "needs the repository that a fork was cloned from" }],
	[/^npm (un)?install /, { notRun: "takes Remix out of this very project; tried by hand" }],
]

const commands = pages
	.filter((path) => path !== "docs/deploying.md")
	.flatMap((path) => commandsOf(path).map((command) => ({ path, command, claim: claimOf(command) })))

it("knows who runs each command", () => {
	expect(commands.length).toBeGreaterThan(10)
	expect(commands.filter(({ claim }) => claim === undefined)).toEqual([])
	for (const { claim } of commands)
		if (typeof claim === "object" && "runBy" in claim) expect(existsSync(claim.runBy), claim.runBy).toBe(true)
})

it("leaves docs/deploying.md to the tests that follow it to the letter", () => {
	for (const file of ["e2e/wire/deploy.test.ts", "e2e/system/containers.test.ts"])
		expect(readFileSync(file, "utf8")).toContain('readFileSync("docs/deploying.md"')
})

it("has the figures in docs/scaling.md that the model gives", () => {
	const table = execFileSync(process.execPath, ["bench/model.mjs"], { encoding: "utf8" })
	expect(readFileSync("docs/scaling.md", "utf8")).toContain(table)
})

it("makes a hash of ours for an import without passwords", () => {
	const command = commandsOf("docs/moving.md").find((each) => each.includes("makeHash")) ?? "false"
	const hash = execFileSync("sh", ["-c", command], { encoding: "utf8" }).trim()
	expect(checkStoredHash(hash, "undefined")).toEqual({ right: false, outdated: false, unusable: false })
})

it("names no script that package.json does not have, and no file that is not there", () => {
	const { scripts } = JSON.parse(readFileSync("package.json", "utf8"))
	for (const path of pages) {
		const text = readFileSync(path, "utf8")
		for (const [, script = ""] of text.matchAll(/npm run ([a-z:]+)/g))
			expect(Object.keys(scripts), path).toContain(script)
		for (const [, file = ""] of text.matchAll(/\]\(([^)#:]+)\)/g))
			expect(existsSync(new URL(file, new URL(path, "file:///")).pathname.slice(1)), `${path}: ${file}`).toBe(
				true,
			)
	}
})

describe("commands that a running server answers", () => {
	const folder = mkdtempSync(join(tmpdir(), "gatehouse-"))
	const isThere = (command: string) => TOKEN_BACKENDS.includes("bearer") || !command.includes("/login/bearer")
	const here = commands.filter(({ command, claim }) => claim === "run here" && isThere(command))

	it.each(here)("$path: $command", async ({ command }) => {
		const person: Person = await registerVerified(server, mailbox)
		const script = command
			.replaceAll("localhost:3000", server.url)
			.replaceAll("curl ", `curl --silent --header 'X-Forwarded-For: ${freshAddress()}' `)
			.replace('"ada"', `"${person.username}"`)
			.replace('"…"', `"${person.password}"`)
		const answer = JSON.parse(execFileSync("sh", ["-c", script], { cwd: folder, encoding: "utf8" }))
		expect(answer.user.username).toBe(person.username)
	})
})

/** The lines of a page's `sh` blocks, also of those in lists, without what is said about them. */
function commandsOf(path: string): string[] {
	const blocks = readFileSync(path, "utf8").matchAll(/^ *```sh\n([\s\S]*?)^ *```$/gm)
	return [...blocks].flatMap(([, block = ""]) =>
		block
			.replaceAll(/\\\n\s*/g, "")
			.split("\n")
			.map((line) => line.replace(/\s# .*$/, "").trim())
			.filter((line) => line !== "" && !line.startsWith("#")),
	)
}

function claimOf(command: string): Claim | undefined {
	return claims.find(([known]) => (typeof known === "string" ? command === known : known.test(command)))?.[1]
}
