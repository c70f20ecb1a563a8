import { closeSync, fsyncSync, openSync, rmSync } from "node:fs"
import Database from "better-sqlite3"

/**
 * Copies a database as it is at one moment, while others write to it. It migrates nothing: a copy from before a new version
 * is to be made by that version's build, too.
 *
 * @param to a file that is not there yet, for its owner only: it holds everybody's password hashes
 * @throws what the file system or SQLite says; nothing is left of the copy then
 */
export function backUp(from: string, to: string): void {
	const database = new Database(from, { readonly: true, fileMustExist: true })
	try {
		// SQLite would write over nothing that is not empty, but make it readable for all.
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
