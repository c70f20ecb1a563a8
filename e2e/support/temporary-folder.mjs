import { chmodSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** What tests write outside of the tree is in one folder, which goes with the process that imported this first. */
if (!process.env.GATEHOUSE_TEST_FOLDER) {
	const folder = mkdtempSync(join(tmpdir(), "gatehouse-tests-"))
	// A server that a test starts as another user has to get through.
	chmodSync(folder, 0o711)
	Object.assign(process.env, { GATEHOUSE_TEST_FOLDER: folder, TMPDIR: folder, TEMP: folder })
	process.on("exit", () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
}
