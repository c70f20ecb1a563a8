import { existsSync, readdirSync } from "node:fs"
import type { ServerResponse } from "node:http"
import express, { type RequestHandler } from "express"
import Negotiator from "negotiator"

/** The best first. `bin/compress.mjs` makes the files of each: doing it here took 10 ms of a processor for each request. */
const ENCODINGS = ["br", "gzip"]

/** The files that the build made. Which ones there are is known at the start, so that no page waits for the disk. */
export function builtAssets(): RequestHandler {
	const plain = filesIn("build/client")
	// A build by Vite alone has none.
	const compressed = ENCODINGS.map((encoding) => ({ encoding, folder: `build/compressed/${encoding}` }))
		.filter(({ folder }) => existsSync(folder))
		.map(({ encoding, folder }) => ({ encoding, ...filesIn(folder, encoding) }))
	return (request, response, next) => {
		const { path, headers } = request
		if (!plain.names.has(path)) return next()
		response.vary("Accept-Encoding")
		// Whole and unconditional (RFC 9110, 14.2 allows it): what these ask for in vain, Express answers with an error.
		for (const name of ["range", "if-match", "if-unmodified-since"]) delete headers[name]
		const accepted = new Negotiator(request).encodings(ENCODINGS)
		const ready = compressed.find(({ encoding, names }) => names.has(path) && accepted.includes(encoding))
		const { serve } = ready ?? plain
		serve(request, response, next)
	}
}

/** Hashed files never change under their name; the few others in `public/` are as private as every answer. */
function filesIn(folder: string, encoding?: string) {
	const names = readdirSync(folder, { recursive: true, encoding: "utf8" })
	const encode = (response: ServerResponse) => {
		if (encoding) response.setHeader("Content-Encoding", encoding)
	}
	const encodeAndKeep = (response: ServerResponse) => {
		encode(response)
		response.setHeader("Cache-Control", "public, max-age=31536000, immutable")
	}
	const options = { index: false, redirect: false }
	const serve = express.Router()
	serve.use("/assets", express.static(`${folder}/assets`, { ...options, setHeaders: encodeAndKeep }))
	serve.use(express.static(folder, { ...options, cacheControl: false, setHeaders: encode }))
	return { names: new Set(names.map((name) => `/${name.replaceAll("\\", "/")}`)), serve }
}
