import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { appName, config, tagline } from "../../app/auth.config"

const FOLDER = join(import.meta.dirname, "../spoken")

/**
 * What a screen reader finds in a state of the pages, by the files in `e2e/spoken`: after `#` the state and the page's
 * title, then an aria snapshot of what is in `main`. What a fork adds may stand in between.
 *
 * @param names what `{member}` and the like stand for
 */
export function spokenOf(state: string, names: Record<string, string>): { title: string; main: string } {
	const files = readdirSync(FOLDER).map((file) => readFileSync(join(FOLDER, file), "utf8"))
	const start = `${state}: `
	const section = files.flatMap((file) => file.split(/^# /m)).find((section) => section.startsWith(start))
	if (!section) throw new Error(`No file in e2e/spoken has a section "# ${start}…"`)
	const known: Record<string, string> = {
		app: appName,
		tagline,
		min: `${config.password.minCodePoints}`,
		"username.min": `${config.username.minLength}`,
		"username.max": `${config.username.maxLength}`,
		...names,
	}
	const filled = section.slice(start.length).replace(/\{([\w.]+)\}/g, (whole, name) => known[name] ?? whole)
	const [title = "", ...main] = filled.split("\n")
	return { title, main: main.join("\n") }
}
