import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

/**
 * Follows docs/fields.md to the letter, in a copy of the project; what a fork has followed before is left as it is. Plain
 * JavaScript, as `bin/test-fork.mjs` is.
 *
 * @param {string} folder of the copy
 * @param {(registration: string) => string} [change] what to make of the `registration` of the guide
 */
export function followFieldsGuide(folder, change = (registration) => registration) {
	const guide = readFileSync("docs/fields.md", "utf8")
	const blockOf = (/** @type {string} */ language) =>
		(new RegExp(`^ *\`\`\`${language}\\n([\\s\\S]*?)^ *\`\`\``, "m").exec(guide)?.[1] ?? "").replace(
			/^ {3}/gm,
			"",
		)
	/** @param {string} file @param {string | RegExp} from @param {string} to */
	const edit = (file, from, to) => {
		const path = join(folder, file)
		const before = readFileSync(path, "utf8")
		const after = before.replace(from, () => to)
		if (after === before) throw new Error(`${file} holds nothing like ${from}: mend docs/fields.md.`)
		writeFileSync(path, after)
	}

	const schema = readFileSync(join(folder, "prisma/schema.prisma"), "utf8")
	const columns = [...guide.matchAll(/`((\w+) (?:String|Boolean) @default\([^`]*\))`/g)]
		.map(([, line = "", name = ""]) => ({ line, name }))
		.filter(({ name }) => !new RegExp(`^ +${name} `, "m").test(schema))
	if (columns.length > 0) {
		const lines = columns.map(({ line }) => `\n  ${line}`).join("")
		edit("prisma/schema.prisma", "model User {", `model User {${lines}`)
		const statements = blockOf("sql").split("\n")
		const needed = statements.filter((sql) => columns.some(({ name }) => sql.includes(`"${name}"`)))
		const name = /`prisma\/migrations\/sqlite\/([^`]*)\/`/.exec(guide)?.[1]
		for (const database of readdirSync(join(folder, "prisma/migrations"))) {
			const migration = join(folder, `prisma/migrations/${database}/${name}`)
			mkdirSync(migration)
			writeFileSync(join(migration, "migration.sql"), needed.join("\n"))
		}
	}

	const [imports = "", registration = ""] = blockOf("ts").split("\n\n")
	const events = join(folder, "app/auth.events.server.ts")
	const without = readFileSync(events, "utf8").replace(/^import .* from "\.\/auth\/field"\n/m, "")
	writeFileSync(events, `${imports}\n${without}`)
	const declared = /^export const registration = [\s\S]*? satisfies Registration$/m
	edit("app/auth.events.server.ts", declared, change(registration.trimEnd()))

	const tests = join(folder, "e2e/support/registration.mjs")
	const sent = blockOf("js").replace(/^(?=.)/gm, "\t\t")
	if (!readFileSync(tests, "utf8").includes(sent))
		edit("e2e/support/registration.mjs", "return {\n", `return {\n${sent}`)
}
