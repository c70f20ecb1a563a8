import { readdirSync, readFileSync } from "node:fs"
import { expect, it } from "vitest"

/** `H-01 e2e/wire/fields.test.ts` for each case and each file that has a test of that name. */
function casesInTests(): string[] {
	const files = ["app", "e2e"].flatMap((folder) =>
		readdirSync(folder, { recursive: true }).map((name) => `${folder}/${name}`.replaceAll("\\", "/")),
	)
	const tests = files.filter((file) => /\.(test|spec)\.tsx?$/.test(file))
	return tests.flatMap((file) => {
		const titles = readFileSync(file, "utf8").match(/["`]H-\d+(, H-\d+)*:/g) ?? []
		return titles.flatMap((title) => (title.match(/H-\d+/g) ?? []).map((id) => `${id} ${file}`))
	})
}

function casesInDocs(): string[] {
	const rows = readFileSync("docs/threats.md", "utf8").matchAll(/^\| (H-\d+) \|.*\| (.*) \|$/gm)
	return [...rows].flatMap(([, id, files = ""]) =>
		(files.match(/[^` ]+/g) ?? []).map((file) => `${id} ${file}`),
	)
}

it("docs/threats.md names every case that a test shows, with its file, and no other", () => {
	expect(casesInDocs().sort()).toEqual([...new Set(casesInTests())].sort())
})
