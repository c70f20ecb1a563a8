import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"

/** What a build is made from, and where it says which state of it that was. */
const SOURCES = [
	"app",
	"bin/compress.mjs",
	"bin/setup.mjs",
	"bin/sqlite-13/package-lock.json",
	"package.json",
	"package-lock.json",
	"prisma/schema.prisma",
	"production-install.ts",
	"public",
	"remix.config.js",
	"server.ts",
	"tsconfig.json",
	"vite.config.ts",
]
const STAMP = "build/.sources"

export function isBuildFresh() {
	return existsSync(STAMP) && readFileSync(STAMP, "utf8") === hashOfSources()
}

export function noteBuild() {
	writeFileSync(STAMP, hashOfSources())
}

function hashOfSources() {
	const hash = createHash("sha256").update(`${process.versions.node.split(".")[0]}\0`)
	for (const file of SOURCES.flatMap(filesIn)) hash.update(`${file}\0`).update(readFileSync(file))
	return hash.digest("hex")
}

/** Tests are no part of a build. */
function filesIn(path) {
	if (!statSync(path).isDirectory()) return /\.test\.tsx?$/.test(path) ? [] : [path]
	return readdirSync(path)
		.sort()
		.flatMap((name) => filesIn(join(path, name)))
}
