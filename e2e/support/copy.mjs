import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"

const LEFT_OUT = /^(?:\.git|\.env|build|data|node_modules|screenshots|e2e\/results)$/

/**
 * A copy of this project, without what running it leaves, for a test to change. Each package is a link of its own:
 * were the folder one, an installation in the copy would empty ours. Files beside them, as `.package-lock.json`, are
 * copied: npm writes through a link.
 *
 * @returns the path of its folder
 */
export function copyProject() {
	const folder = mkdtempSync(join(tmpdir(), "gatehouse-copy-"))
	const filter = (/** @type {string} */ path) => !LEFT_OUT.test(path)
	cpSync(".", folder, { recursive: true, filter })
	mkdirSync(join(folder, "node_modules"))
	for (const entry of readdirSync("node_modules", { withFileTypes: true })) {
		const put = entry.isFile() ? copyFileSync : symlinkSync
		put(resolve("node_modules", entry.name), join(folder, "node_modules", entry.name))
	}
	return folder
}
