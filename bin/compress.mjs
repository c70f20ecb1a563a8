import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { brotliCompressSync, gzipSync } from "node:zlib"

const FOLDER = "build/client"
/** The others, such as pictures and fonts, are compressed by what they are. */
const TEXT = /\.(?:css|html|ico|js|json|map|mjs|svg|txt|wasm|webmanifest|xml)$/
/** Less fits into a packet or two in any case. */
const MIN_BYTES = 1_024
/** By what HTTP calls them. Brotli's own default is its best. */
const ENCODINGS = { br: brotliCompressSync, gzip: (bytes) => gzipSync(bytes, { level: 9 }) }

/**
 * Puts what browsers load beside it as `app/server/built-assets.server.ts` sends it: the same names in a folder for each
 * encoding.
 */
export function compressFiles() {
	rmSync("build/compressed", { recursive: true, force: true })
	for (const [encoding, compress] of Object.entries(ENCODINGS)) {
		const folder = join("build/compressed", encoding)
		mkdirSync(folder, { recursive: true })
		for (const name of readdirSync(FOLDER, { recursive: true }).filter((path) => TEXT.test(path))) {
			const bytes = readFileSync(join(FOLDER, name))
			if (bytes.length < MIN_BYTES) continue
			const file = join(folder, name)
			mkdirSync(dirname(file), { recursive: true })
			writeFileSync(file, compress(bytes))
		}
	}
}
