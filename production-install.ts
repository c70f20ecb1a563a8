import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { isBuiltin } from "node:module"
import { dirname, join } from "node:path"
import type { Plugin } from "vite"
import { NEW_SQLITE, takesNewSqlite } from "./bin/setup.mjs"

type Named<Value> = Record<string, Value>
type LockedPackage = {
	version?: string
	dependencies?: Named<string>
	optionalDependencies?: Named<string>
	peerDependencies?: Named<string>
	peerDependenciesMeta?: Named<{ optional?: boolean }>
}
type Packages = Named<LockedPackage>

/**
 * Writes `build/package.json` and `build/package-lock.json`: the packages that the built server imports and what these
 * need, as `package-lock.json` has them. All others are for building.
 */
export function productionInstall(): Plugin {
	return {
		name: "production-install",
		apply: (_config, { isSsrBuild }) => isSsrBuild === true,
		writeBundle({ dir = "build/server" }, bundle) {
			const imported = Object.values(bundle).flatMap((file) =>
				file.type === "chunk" ? [...file.imports, ...file.dynamicImports] : [],
			)
			const names = imported.filter((id) => !(id in bundle) && !isBuiltin(id)).map(packageName)
			const { name, version, private: isPrivate, type, engines, ...others } = readJson("package.json")
			const lock = readJson("package-lock.json")
			const npmrc = join(dirname(dir), ".npmrc")
			rmSync(npmrc, { force: true })
			if (takesNewSqlite()) {
				Object.assign(lock.packages, readJson(join(NEW_SQLITE, "package-lock.json")).packages, {
					"": lock.packages[""],
				})
				// It comes compiled, and npm would do it once more.
				writeFileSync(npmrc, "ignore-scripts=true\n")
			}

			const dependencies = versionsOf(lock.packages, [...new Set(names)].sort())
			const packages = neededPackages(lock.packages, Object.keys(dependencies))
			const isThere = ([key]: [string, unknown]) => `node_modules/${key}` in packages
			const manifest = {
				name,
				version,
				private: isPrivate,
				type,
				engines,
				dependencies,
				allowScripts: Object.fromEntries(Object.entries(others.allowScripts).filter(isThere)),
				overrides: Object.fromEntries(Object.entries(others.overrides).filter(isThere)),
			}
			writeJson(join(dirname(dir), "package.json"), manifest)
			const root = { name, version, engines, dependencies }
			writeJson(join(dirname(dir), "package-lock.json"), { ...lock, packages: { "": root, ...packages } })
		},
	}
}

/** @throws when the server imports what `package.json` does not name, and npm put where it is not found */
function versionsOf(packages: Packages, names: string[]): Named<string> {
	return Object.fromEntries(
		names.map((name) => {
			const version = packages[`node_modules/${name}`]?.version
			if (!version) throw new Error(`The server imports "${name}", which is not in package.json.`)
			return [name, version]
		}),
	)
}

/** What is installed when `names` are, each at the place that it has in the whole tree. */
function neededPackages(packages: Packages, names: string[]): Packages {
	const needed = new Set<string>()
	for (const name of names) visit("", name)
	return Object.fromEntries(Object.entries(packages).filter(([path]) => needed.has(path)))

	function visit(from: string, name: string): void {
		const path = placeOf(packages, from, name)
		if (!path || needed.has(path)) return
		needed.add(path)
		const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } =
			packages[path] ?? {}
		for (const need of Object.keys({ ...dependencies, ...optionalDependencies })) visit(path, need)
		for (const need of Object.keys(peerDependencies ?? {}))
			if (!peerDependenciesMeta?.[need]?.optional) visit(path, need)
	}
}

/** Looks where Node does: in the package's own `node_modules`, then in those of the folders above. */
function placeOf(packages: Packages, from: string, name: string): string | undefined {
	const place = from ? `${from}/node_modules/${name}` : `node_modules/${name}`
	if (place in packages) return place
	return from
		? placeOf(packages, from.slice(0, Math.max(0, from.lastIndexOf("/node_modules/"))), name)
		: undefined
}

/** `@prisma/client/runtime/client` → `@prisma/client` */
function packageName(id: string): string {
	return id.split("/", id.startsWith("@") ? 2 : 1).join("/")
}

function readJson(file: string) {
	return JSON.parse(readFileSync(file, "utf8"))
}

function writeJson(file: string, value: unknown): void {
	writeFileSync(file, `${JSON.stringify(value, null, "\t")}\n`)
}
