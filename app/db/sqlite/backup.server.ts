import { closeSync, fsyncSync, openSync, rmSync } from "node:fs"
import Database from "better-sqlite3"

/**
 * Copies a database as it is at one moment, while others write to it. It migrates nothing, so that a new version's
 * build can also make the copy from before it.
 *
 * @param to a file that is not there yet, for its owner only: it holds everybody's password hashes
 * @throws what the file system or SQLite says; nothing is left of the copy then
 */
export function backUp(from: string, to: string): void {
	const database = new Database(from, { readonly: true, fileMustExist: true })
	try {
		// SQLite writes only over an empty file, but would make its own readable by all.
		const copy = openSync(to, "wx", 0o600)
		try {
			database.prepare("VACUUM INTO ?").run(to)
			fsyncSync(copy)
		} catch (error) {
			rmSync(to, { force: true })
			throw error
		} finally {
			closeSync(copy)
		}
	} finally {
		database.close()
	}
}
