import { readFileSync } from "node:fs"
import { register } from "node:module"
import { fileURLToPath } from "node:url"
import { isMainThread } from "node:worker_threads"

/**
 * Preloaded by `--import`: the built server runs with the settings in SETTINGS (JSON, as deep as it says) instead of
 * those it was built with, from the moment there is a configuration.
 */
if (isMainThread) register(import.meta.url)

/** The configuration, as it stands in the bundle. */
const CONFIG = /^const (config\S*) = \{\n\s+registration: \{[\s\S]*?^\};\n/m

/** @type {import("node:module").LoadHook} */
export async function load(url, context, nextLoad) {
	if (!/\/build\/server\/[^/]+\.js$/.test(url)) return nextLoad(url, context)
	const source = readFileSync(fileURLToPath(url), "utf8")
	const found = CONFIG.exec(source)
	if (!found) return nextLoad(url, context)
	const end = found.index + found[0].length
	const change = `(${changeSettings})(${found[1]}, ${process.env.SETTINGS});\n`
	return { format: "module", source: source.slice(0, end) + change + source.slice(end), shortCircuit: true }
}

/** Runs in the bundle. */
function changeSettings(settings, changes) {
	for (const [name, value] of Object.entries(changes)) {
		const isGroup = typeof value === "object" && value !== null && !Array.isArray(value)
		if (isGroup && typeof settings[name] === "object") changeSettings(settings[name], value)
		else settings[name] = value
	}
}
