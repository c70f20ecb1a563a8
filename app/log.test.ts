import { readdirSync, readFileSync } from "node:fs"
import { expect, it } from "vitest"

const sources = readdirSync("app", { recursive: true, encoding: "utf8" })
	.filter((path) => /\.tsx?$/.test(path) && !/\.test\.|^db\/generated/.test(path))
	.map((path) => readFileSync(`app/${path}`, "utf8"))
	.concat(readFileSync("server.ts", "utf8"))
const operating = readFileSync("docs/operating.md", "utf8")

it.each(["error", "warn"])(
	"docs/operating.md tells of each line of the level %s, and of no other",
	(level) => {
		const calls = sources.flatMap((source) => [...source.matchAll(new RegExp(`\\blog\\.${level}\\(`, "g"))])
		const events = calls.map(
			({ input, index }) => /^[\w.]+\(\s*\{\s*event: "([\w.]+)"/.exec(input.slice(index))?.[1],
		)
		expect(events.length).toBeGreaterThan(5)
		const rows = operating.match(new RegExp(`^\\| (?:\`[\\w.]+\`(?:, )?)+ \\| \`${level}\` \\|`, "gm")) ?? []
		const told = rows.flatMap((row) => [...row.matchAll(/`([\w.]+)`/g)].map(([, name]) => name).slice(0, -1))
		expect(told.sort()).toEqual([...new Set(events)].sort())
	},
)
