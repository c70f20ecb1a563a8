import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import { checkConfig } from "../../app/auth.config.check.server"
import { settingsOf } from "../support/setting-names"

const page = readFileSync("docs/configuration.md", "utf8")
const parity = readFileSync("docs/parity.md", "utf8")

type Row = { path: string; type: string; unit: string; value: string; row: string }

const rows: Row[] = [
	...page.matchAll(/^\| `([\w.]+)` \| ([^|]*) \| ([^|]*?) ?\| ([^|]*) \| [^|]*\| ([A-Z]\d+) \|$/gm),
].map(([, path = "", type = "", unit = "", value = "", row = ""]) => ({ path, type, unit, value, row }))

/** What the page says is shipped; undefined where it leaves that to the file, or it is unset. */
function shippedValue({ value }: Row): unknown {
	const [, literal] = /^`(.*)`$/.exec(value) ?? []
	return literal === undefined
		? undefined
		: JSON.parse(literal.startsWith("{") ? literal.replace(/(\w+):(?= )/g, '"$1":') : literal)
}

describe("docs/configuration.md", () => {
	it("has each setting of the configuration, and no other", () => {
		expect(rows.map(({ path }) => path).sort()).toEqual(settingsOf(config).sort())
	})

	it("has what is said by code, and no other", () => {
		const [, section = ""] = page.split("## By code")
		const named = [...section.matchAll(/^\| `([\w.]+)` \|/gm)].map(([, name = ""]) => name.split(".")[0])
		const code = readFileSync("app/auth.events.server.ts", "utf8").matchAll(/^export const (\w+)/gm)
		for (const [, name] of code) expect(named).toContain(name)
	})

	it("tells defaults that are accepted, of the type that they have", () => {
		const shipped = structuredClone(config) as Record<string, unknown>
		for (const row of rows) {
			const [group = "", name] = row.path.split(".")
			const value = shippedValue(row)
			if (value === undefined) continue
			if (name) Object.assign(shipped[group] as object, { [name]: value })
			else shipped[group] = value
			const now = name ? Reflect.get(Reflect.get(config, group), name) : Reflect.get(config, group)
			expect(Array.isArray(value), row.path).toBe(Array.isArray(now))
			if (row.path !== "verification.autoLogin") expect(typeof value, row.path).toBe(typeof now)
			if (/boolean/.test(row.type)) expect(typeof value, row.path).toBe("boolean")
			if (/^whole number/.test(row.type)) expect(typeof value, row.path).toBe("number")
		}
		expect(() => checkConfig(shipped)).not.toThrow()
	})

	it("gives a unit to what is counted, the one in its name", () => {
		for (const { path, type, unit } of rows) {
			if (/whole number/.test(type)) expect(unit, path).not.toBe("")
			const [, named] = /(Seconds|Bytes|CodePoints)$/.exec(path) ?? []
			if (named) expect(unit, path).toBe(named === "CodePoints" ? "code points" : named.toLowerCase())
		}
	})

	it("names rows that docs/parity.md has", () => {
		for (const { row } of rows) expect(parity).toContain(`| ${row} |`)
	})

	it("has each variable of the environment", () => {
		const [, schema = ""] = readFileSync("app/env.server.ts", "utf8").split("const envSchema")
		const variables = [...schema.matchAll(/^\t\t([A-Z][A-Z_]+):/gm)].map(([, name]) => name)
		expect(variables.length).toBeGreaterThan(8)
		for (const name of variables) expect(page).toContain(`\`${name}\``)
	})
})
