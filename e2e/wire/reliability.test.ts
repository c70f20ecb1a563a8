import { existsSync, readFileSync } from "node:fs"
import { expect, it } from "vitest"

it("docs/reliability.md names tests that are there, in their words", () => {
	const rows = readFileSync("docs/reliability.md", "utf8").match(/^\|.*\|$/gm) ?? []
	const shown = rows.slice(2).map((row) => row.split("|").at(-2) ?? "")
	const missing: string[] = []
	for (const cell of shown) {
		const tests = [...cell.matchAll(/`([^`]+)`: ("[^"]+"(?:, "[^"]+")*)/g)]
		if (tests.length === 0) missing.push(cell)
		for (const [, file = "", words = ""] of tests) {
			const source = existsSync(file) ? readFileSync(file, "utf8") : ""
			for (const [, title = ""] of words.matchAll(/"([^"]+)"/g))
				if (!source.includes(title)) missing.push(`${file}: ${title}`)
		}
	}
	expect(shown.length).toBeGreaterThan(20)
	expect(missing).toEqual([])
})
