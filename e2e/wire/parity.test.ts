import { readdirSync, readFileSync } from "node:fs"
import { expect, it } from "vitest"

const ID = "[A-Z]\\d{1,2}"
/** `R1: …`, `R1, R2: …`, `P1 H-33: …` */
const TITLE = new RegExp(`["\`]((?:${ID}|H-\\d+)(?:,? (?:${ID}|H-\\d+))*): `, "g")

/** `R1 e2e/wire/register.test.ts` for each row and each file that has a test of that name. */
function rowsInTests(): Set<string> {
	const files = ["app", "e2e"].flatMap((folder) =>
		readdirSync(folder, { recursive: true }).map((name) => `${folder}/${name}`.replaceAll("\\", "/")),
	)
	const tests = files.filter((file) => /\.(test|spec)\.tsx?$/.test(file))
	const named = tests.flatMap((file) =>
		[...readFileSync(file, "utf8").matchAll(TITLE)].flatMap(([, ids = ""]) =>
			(ids.match(new RegExp(`\\b${ID}\\b`, "g")) ?? []).map((id) => `${id} ${file}`),
		),
	)
	return new Set(named)
}

const rows = [...readFileSync("docs/parity.md", "utf8").matchAll(/^\| ([A-Z]\d+) \|.*\| (.*) \|$/gm)].map(
	([, id = "", files = ""]) => ({ id, files: files.match(/[^` ]+/g) ?? [] }),
)

it("docs/parity.md has each row once", () => {
	expect(rows.length).toBeGreaterThan(40)
	expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length)
})

it("each row of docs/parity.md has a test in each file that it names, whose title begins with its id", () => {
	const shown = rowsInTests()
	for (const { id, files } of rows) expect(files, id).not.toEqual([])
	const claimed = rows.flatMap(({ id, files }) => files.map((file) => `${id} ${file}`))
	expect(claimed.filter((claim) => !shown.has(claim))).toEqual([])
})

it("no test is about a row that docs/parity.md does not have", () => {
	const known = new Set(rows.map(({ id }) => id))
	expect([...rowsInTests()].filter((named) => !known.has(named.split(" ")[0] ?? ""))).toEqual([])
})
