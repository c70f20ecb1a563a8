import { execFileSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { userInfo } from "node:os"

/** Root gives the server to a user without rights, as the page says; anybody else has no rights to give away. */
export const isRoot = userInfo().uid === 0

export function idOf(flag: "-u" | "-g"): number {
	return Number(execFileSync("id", [flag, "nobody"], { encoding: "utf8" }))
}

/**
 * Compiling SQLite takes minutes, and was done for the clone: its installer takes a binary from a folder.
 *
 * @returns the folder, for `npm_config_better_sqlite3_local_prebuilds`
 */
export function compiledDatabase(folder: string): string {
	const { version } = JSON.parse(readFileSync("node_modules/better-sqlite3/package.json", "utf8"))
	const name = `better-sqlite3-v${version}-node-v${process.versions.modules}-${process.platform}-${process.arch}`
	const binary = "build/Release/better_sqlite3.node"
	// From Node 22 on, it comes compiled.
	if (!existsSync(`node_modules/better-sqlite3/${binary}`)) return folder
	execFileSync("tar", ["-czf", `${folder}/${name}.tar.gz`, "-C", "node_modules/better-sqlite3", binary])
	return folder
}

export function megabytesOf(path: string): number {
	return Number(execFileSync("du", ["-sk", path], { encoding: "utf8" }).split("\t")[0]) / 1024
}
